/** Containers by cAdvisor's names: what their dashboard asks for more than once. */
import { type RecordingRule, type RuleGroup, recordingRule } from './rule.js';

/** Whatever has no name is the machine, or a slice that containers lie in. */
const NAMED = 'name!=""';
const ratePerContainer = (metric: string) => `sum by (instance, name) (rate(${metric}{${NAMED}}[5m]))`;

export function containerRecording(): RuleGroup<RecordingRule> {
  return {
    name: 'containers-recording',
    why: 'Containers, where cAdvisor is scraped: by host and name.',
    rules: [
      recordingRule(
        'instance_name:container_cpu_usage_seconds:rate5m',
        ratePerContainer('container_cpu_usage_seconds_total'),
        'Processors that it keeps busy.',
      ),
      recordingRule(
        'instance_name:container_cpu_cfs_throttled_periods:ratio_rate5m',
        `${ratePerContainer('container_cpu_cfs_throttled_periods_total')}
/ (${ratePerContainer('container_cpu_cfs_periods_total')} > 0)`,
        'Share of the periods in which its CPU limit stopped it; absent without such a limit.',
      ),
      recordingRule(
        'instance_name:container_memory_working_set_bytes:ratio',
        `sum by (instance, name) (container_memory_working_set_bytes{${NAMED}} and on (instance, id) container_spec_memory_limit_bytes > 0)
/ (sum by (instance, name) (container_spec_memory_limit_bytes{${NAMED}}) > 0)`,
        'Of its memory limit; absent without one, which Docker tells as 0.',
      ),
    ],
  };
}

/** Containers, by cAdvisor's own series: rows of the dashboard about hosts. */
import type { RowSpec, VariableSpec } from './lib/dashboard.js';
import { HOST } from './lib/host.js';
import { dots } from './lib/look.js';
import { bars, graph, type Placed, stat } from './lib/panel.js';
import { leaders, now, overTime } from './lib/query.js';
import { NONE_IS_GOOD, PERCENT_FULL, THROTTLING } from './lib/thresholds.js';

/** Whatever has a name: not the machine itself, nor the slices that containers lie in. */
const CONTAINER = `${HOST}, name=~"$container", name!=""`;
const NAMED = '{{instance}} {{name}}';
/** The `instance` of cAdvisor and its containers' names: what a panel tells apart. */
const BY = 'by (instance, name)';

export const CONTAINER_VARIABLE: VariableSpec = {
  name: 'container',
  label: 'Container',
  query: `label_values(container_last_seen{${HOST}, name!=""}, name)`,
  isMulti: true,
};

export function containerRows(): RowSpec[] {
  return [
    { title: 'Containers in short', panels: headline() },
    { title: 'Containers: processor', panels: processor() },
    { title: 'Containers: memory', panels: memory() },
    { title: 'Containers: network and files', panels: traffic() },
    { title: 'Containers: starts and kills', panels: life() },
  ];
}

const cores = (at = '') => `instance_name:container_cpu_usage_seconds:rate5m{${CONTAINER}}${at}`;
const throttled = (at = '') => `instance_name:container_cpu_cfs_throttled_periods:ratio_rate5m{${CONTAINER}}${at}`;
const ofMemoryLimit = (at = '') => `100 * instance_name:container_memory_working_set_bytes:ratio{${CONTAINER}}${at}`;
const workingSet = (at: string) => `sum ${BY} (container_memory_working_set_bytes{${CONTAINER}}${at})`;

function headline(): Placed[] {
  const highest = (expr: string) => [now(`sort_desc(topk(7, ${expr}))`, NAMED)];
  return [
    stat({
      title: 'Containers',
      description: 'Containers that cAdvisor shows on the chosen hosts.',
      unit: 'short',
      queries: [overTime(`count(container_last_seen{${CONTAINER}})`, 'containers')],
      width: 3,
      steps: ['blue'],
      height: 8,
    }),
    bars({
      title: 'Busiest containers',
      description: 'Processors that a container keeps busy, the seven busiest. 1 is one processor all the time.',
      unit: 'short',
      queries: highest(cores()),
      width: 7,
      min: 0,
      decimals: 2,
      steps: ['blue'],
    }),
    bars({
      title: 'Nearest to their memory limit',
      description:
        'Working set in percent of the limit, of containers that have one. Near 100 the kernel kills a process in it.',
      ...PERCENT_FULL,
      queries: highest(ofMemoryLimit()),
      width: 7,
    }),
    bars({
      title: 'Most throttled',
      description:
        'Share of the periods of 100 ms in which a container was stopped since it had used up its CPU limit. From a few percent on its answers get slow.',
      unit: 'percentunit',
      queries: highest(throttled()),
      width: 7,
      min: 0,
      max: 1,
      decimals: 0,
      steps: THROTTLING,
    }),
  ];
}

function processor(): Placed[] {
  return [
    graph({
      title: 'Processors by container',
      description:
        'Processors that a container keeps busy, the seven busiest at the end. 1 is one processor all the time.',
      unit: 'short',
      queries: [overTime(leaders(cores), NAMED)],
      width: 12,
      decimals: 2,
      hasTable: true,
    }),
    graph({
      title: 'Throttled',
      description:
        'Share of the periods in which a container was stopped by its CPU limit, the seven highest. A container that is throttled all day wants a higher limit, or less to do.',
      unit: 'percentunit',
      queries: [overTime(leaders(throttled), NAMED)],
      width: 12,
      min: 0,
      max: 1,
      steps: THROTTLING,
      showsSteps: true,
      hasTable: true,
    }),
  ];
}

function memory(): Placed[] {
  return [
    graph({
      title: 'Working set of its limit',
      description:
        'Memory that cannot be taken back, in percent of the limit, the seven nearest to it. What rises steadily from each start on is a leak.',
      ...PERCENT_FULL,
      queries: [overTime(leaders(ofMemoryLimit), NAMED)],
      width: 12,
      showsSteps: true,
      hasTable: true,
    }),
    graph({
      title: 'Working set',
      description: 'Memory that cannot be taken back, in bytes, the seven largest; also of containers without a limit.',
      unit: 'bytes',
      queries: [overTime(leaders(workingSet), NAMED)],
      width: 12,
      hasTable: true,
    }),
  ];
}

function traffic(): Placed[] {
  const bytes = (direction: string) => (at: string) =>
    `sum ${BY} (rate(container_network_${direction}_bytes_total{${CONTAINER}, interface!="lo"}[$__rate_interval]${at}))`;
  const files = (at: string) => `sum ${BY} (container_fs_usage_bytes{${CONTAINER}}${at})`;
  return [
    graph({
      title: 'Received by container',
      description:
        'Bytes per second that come in at a container, the seven highest. In Kubernetes the network is the pod’s.',
      unit: 'Bps',
      queries: [overTime(leaders(bytes('receive')), NAMED)],
      width: 8,
      height: 9,
    }),
    graph({
      title: 'Sent by container',
      description:
        'Bytes per second that a container sends, the seven highest. In Kubernetes the network is the pod’s.',
      unit: 'Bps',
      queries: [overTime(leaders(bytes('transmit')), NAMED)],
      width: 8,
      height: 9,
    }),
    graph({
      title: 'Files of containers',
      description:
        'Bytes that a container has written into its own layer, the seven largest. What is to last belongs into a volume.',
      unit: 'bytes',
      queries: [overTime(leaders(files), NAMED)],
      width: 8,
      height: 9,
    }),
  ];
}

function life(): Placed[] {
  const starts = `changes(container_start_time_seconds{${CONTAINER}}[$__range])`;
  const kills = `increase(container_oom_events_total{${CONTAINER}}[$__range])`;
  return [
    stat({
      title: 'Starts',
      description: 'How often containers were started anew within the range of the picture.',
      unit: 'short',
      queries: [now(`sum(${starts})`, 'starts')],
      width: 4,
      height: 8,
      decimals: 0,
      steps: ['blue'],
      isPlain: true,
    }),
    stat({
      title: 'Killed for memory',
      description: 'Processes in containers that the kernel killed within the range, since a memory limit was reached.',
      unit: 'short',
      queries: [now(`round(sum(${kills}))`, 'kills')],
      width: 4,
      height: 8,
      decimals: 0,
      steps: NONE_IS_GOOD,
      isPlain: true,
    }),
    bars({
      title: 'Youngest containers',
      description:
        'Time since the last start, the seven that were started last. What starts every few hours should be looked at.',
      unit: 's',
      queries: [now(`sort(bottomk(7, time() - max ${BY} (container_start_time_seconds{${CONTAINER}})))`, NAMED)],
      width: 8,
      min: 0,
      steps: ['orange', [6 * 3600, 'blue']],
    }),
    graph({
      title: 'When processes were killed',
      description: 'Processes that the kernel killed for memory, by container. Empty lines are good.',
      unit: 'short',
      queries: [
        overTime(`round(sum ${BY} (increase(container_oom_events_total{${CONTAINER}}[$__rate_interval]))) > 0`, NAMED),
      ],
      width: 8,
      overrides: [{ series: '/.*/', properties: dots() }],
      nothing: 'none was killed',
    }),
  ];
}

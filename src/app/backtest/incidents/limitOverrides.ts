/** Limits given on the command line: --threshold mem_used_pct=90. */
import { CommandError } from '../../../core/errors.js';
import { PROFILES } from '../../../core/profiles.js';
import { thresholdsSchema } from '../../../scoring/options.js';
import type { ThresholdRule, Thresholds } from '../../../scoring/thresholds.js';

/** One metric's limit for every profile; no rule = it has none. */
export interface LimitOverride {
  readonly metric: string;
  readonly rule: ThresholdRule | undefined;
}

/** Decodes `metric=value` or `metric=off`. Throws CommandError that says what is expected. */
export function limitOverride(text: string): LimitOverride {
  const [, metric, written] = /^(\w+)=(\S+)$/.exec(text) ?? [];
  const limit = written === 'off' ? 'off' : Number(written);
  const decoded = metric === undefined ? undefined : thresholdsSchema.safeParse({ [metric]: limit });
  if (decoded?.success !== true) {
    const reason = decoded?.error.issues[0]?.message;
    throw new CommandError(
      `--threshold is ${text}; expected a metric and its limit, such as cpu_idle_pct=10 or swap_used_pct=off${reason === undefined ? '' : ` (${reason})`}`,
    );
  }
  return { metric: metric!, rule: decoded.data.generic.find((rule) => rule.metric === metric) };
}

/** The thresholds with these limits, whatever the profile. */
export function withLimits(thresholds: Thresholds, limits: readonly LimitOverride[]): Thresholds {
  const metrics = new Set(limits.map(({ metric }) => metric));
  const rules = limits.flatMap(({ rule }) => rule ?? []);
  const entries = PROFILES.map((profile) => {
    return [profile, [...thresholds[profile].filter(({ metric }) => !metrics.has(metric)), ...rules]] as const;
  });
  return Object.fromEntries(entries) as unknown as Thresholds;
}

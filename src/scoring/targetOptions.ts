/** The keys of `targets:` that say what is too much, and how much that matters. */
import { z } from 'zod';
import { ANOMALY_CATEGORIES, type AnomalyCategory } from '../core/category.js';
import type { TimeToThreshold } from '../core/flow.js';
import { upperBound } from '../core/metrics.js';
import { fixedLimit, ownLimit } from './limitOptions.js';
import { SIGN, SUSTAINED_SECONDS, type ThresholdRule, type Thresholds } from './thresholds.js';

export const targetLimitFields = {
  threshold: z
    .union([z.number(), fixedLimit, ownLimit], {
      error: 'expected a number, { value: …, sustained: 15m } or { times_own_p99: 3, at_least: 4 }',
    })
    .optional(),
  /** From which side a value gets bad. */
  direction: z.enum(['above', 'below']).default('above'),
  // Nobody but the user knows what a breach means.
  severity: z.number().gt(0).max(1).default(SIGN),
  /** What an anomaly of it is counted to; infrastructure are the servers' own metrics. */
  category: z.enum(ANOMALY_CATEGORIES).optional(),
};

interface LimitedTarget {
  readonly name: string;
  readonly threshold?: z.output<typeof targetLimitFields.threshold>;
  readonly direction: TimeToThreshold['direction'];
  readonly severity: number;
}

/** What is wrong with a target's limit; undefined if nothing is. */
export function faultOfLimit({ name, threshold, direction }: LimitedTarget): string | undefined {
  if (threshold === undefined) return undefined;
  const isOwn = typeof threshold === 'object' && 'times_own_p99' in threshold;
  if (isOwn && direction === 'below') return 'is breached by falling; expected a number, not times_own_p99';
  const value = limitValue(threshold);
  const bound = upperBound(name);
  if (value >= 0 && value <= bound) return undefined;
  const range = Number.isFinite(bound) ? `from 0 to ${bound}, which the name's end says` : 'from 0 on';
  return `is ${value}; expected a number ${range}`;
}

/** The thresholds with those of the targets, for every profile. */
export function withTargets(thresholds: Thresholds, targets: readonly LimitedTarget[]): Thresholds {
  const rules = targets.flatMap(targetRules);
  const entries = Object.entries(thresholds).map(([profile, own]) => [profile, [...own, ...rules]] as const);
  return Object.fromEntries(entries) as unknown as Thresholds;
}

/** The rule that a target's threshold makes; none without one. */
function targetRules(target: LimitedTarget): ThresholdRule[] {
  const { name: metric, threshold, direction, severity } = target;
  if (threshold === undefined) return [];
  const value = limitValue(threshold);
  const sustained = typeof threshold === 'object' ? threshold.sustained : undefined;
  const limit: ThresholdRule['limit'] =
    typeof threshold === 'object' && 'times_own_p99' in threshold
      ? { kind: 'own_p99', times: threshold.times_own_p99, atLeast: value }
      : { kind: 'fixed', value };
  return [
    { metric, direction, limit, severity, sustainedSeconds: sustained ?? SUSTAINED_SECONDS, tailScale: undefined },
  ];
}

function limitValue(threshold: NonNullable<LimitedTarget['threshold']>): number {
  if (typeof threshold === 'number') return threshold;
  return 'value' in threshold ? threshold.value : threshold.at_least;
}

/** The categories of the targets that have one, by name. */
export function categoriesOf(
  targets: readonly { readonly name: string; readonly category?: AnomalyCategory | undefined }[],
): ReadonlyMap<string, AnomalyCategory> {
  return new Map(targets.flatMap(({ name, category }) => (category === undefined ? [] : [[name, category] as const])));
}

/** The `thresholds:` block: limits per metric, and per profile, over the defaults. */
import { z } from 'zod';
import { breachDirection, METRIC_NAMES, type MetricName, upperBound } from '../core/metrics.js';
import { PROFILES, type Profile } from '../core/profiles.js';
import { fixedLimit, ownLimit } from './limitOptions.js';
import {
  DEFAULT_LIMITS,
  type Limit,
  METRIC_RULES,
  PROFILE_LIMITS,
  SUSTAINED_SECONDS,
  type ThresholdRule,
  type Thresholds,
} from './thresholds.js';

export { faultOfLimit, targetLimitFields, withTargets } from './targetOptions.js';

/** A limit, with how long it has to be breached where that was written. */
type SustainedLimit = Limit & { readonly sustainedSeconds?: number | undefined };

/** A limit as it was written: `undefined` = not mentioned, `off` = no threshold. */
type Choice = SustainedLimit | 'off' | undefined;
type Choices = Partial<Record<MetricName, Choice>>;

/** A number, `off`, `{ value: 95, sustained: 30m }`, or `{ times_own_p99: 3, at_least: 4 }`. */
function limitOf(metric: MetricName) {
  const bound = upperBound(metric);
  const range = bound === 100 ? 'from 0 to 100' : 'above 0';
  return z
    .union([z.number(), z.literal('off'), fixedLimit, ownLimit], {
      error: `expected a number ${range}, off, { value: …, sustained: 15m } or { times_own_p99: 3, at_least: 4 }`,
    })
    .transform((written, context): Exclude<Choice, undefined> => {
      if (written === 'off') return 'off';
      const own = typeof written === 'object' && 'times_own_p99' in written ? written : undefined;
      const value = typeof written === 'number' ? written : 'value' in written ? written.value : written.at_least;
      if (value < 0 || value > bound || (bound !== 100 && value === 0)) {
        context.addIssue({ code: 'custom', message: `is ${value}; expected a number ${range}` });
        return z.NEVER;
      }
      const sustainedSeconds = typeof written === 'number' ? undefined : written.sustained;
      if (own === undefined) return { kind: 'fixed', value, sustainedSeconds };
      if (breachDirection(metric) === 'above')
        return { kind: 'own_p99', times: own.times_own_p99, atLeast: value, sustainedSeconds };
      context.addIssue({ code: 'custom', message: 'is breached by falling; expected a number, not times_own_p99' });
      return z.NEVER;
    });
}

const metricFields = Object.fromEntries(METRIC_NAMES.map((name) => [name, limitOf(name).optional()])) as Record<
  MetricName,
  z.ZodOptional<ReturnType<typeof limitOf>>
>;
const profileFields = Object.fromEntries(
  PROFILES.map((profile) => [profile, z.strictObject(metricFields).optional()]),
) as unknown as Record<Profile, z.ZodOptional<z.ZodObject<typeof metricFields>>>;

/**
 * Decodes the block, e.g. `{ mem_used_pct: 95, database: { mem_used_pct: 98 } }`; `{}` gives the defaults. What is written
 * for a profile wins, then what is written for all, then the profile's default, then the default for all.
 */
export const thresholdsSchema = z
  .strictObject({ ...metricFields, ...profileFields })
  .prefault({})
  .transform((block): Thresholds => {
    const rules = (profile: Profile) =>
      rulesOf([block[profile] ?? {}, block, PROFILE_LIMITS[profile] ?? {}, DEFAULT_LIMITS]);
    return Object.fromEntries(PROFILES.map((profile) => [profile, rules(profile)])) as unknown as Thresholds;
  });

/** One rule per metric that has a limit; the first of `layers` that mentions the metric decides. */
function rulesOf(layers: readonly Choices[]): ThresholdRule[] {
  const rules: ThresholdRule[] = [];
  for (const metric of METRIC_NAMES) {
    const choice = layers.map((layer) => layer[metric]).find((written) => written !== undefined);
    if (choice === undefined || choice === 'off') continue;
    const { sustainedSeconds = SUSTAINED_SECONDS, ...limit } = choice;
    rules.push({ metric, direction: breachDirection(metric), limit, sustainedSeconds, ...METRIC_RULES[metric] });
  }
  return rules;
}

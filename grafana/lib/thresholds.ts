/** Where colours change. */
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Colour from a value on; the first step holds for everything below the second. */
export type Steps = readonly [base: string, ...steps: (readonly [from: number, color: string])[]];

/** The risk score: docs/risk.md. */
export const RISK: Steps = ['green', [30, 'yellow'], [70, 'red']];
export const PROBABILITY: Steps = ['green', [0.3, 'yellow'], [0.7, 'red']];
/** Seconds that are left. */
export const TIME_LEFT: Steps = ['red', [3600, 'orange'], [4 * 3600, 'yellow'], [8 * 3600, 'green']];
/** No time left is no duration. */
export const REACHED: readonly ValueMapping[] = [
  { type: MappingType.ValueToText, options: { 0: { text: 'reached', color: 'red' } } },
];
/** Whatever should be 0. */
export const NONE_IS_GOOD: Steps = ['green', [0.000001, 'red']];
/** An error over that of a naive forecast. */
export const ERROR_RATIO: Steps = ['green', [0.9, 'yellow'], [1, 'red']];
/** Share inside p10-p90: 0.8 is meant, and too many inside is a fault, too. */
export const COVERAGE: Steps = ['red', [0.6, 'yellow'], [0.7, 'green'], [0.9, 'yellow'], [0.97, 'orange']];
/** The population stability index: docs/drift.md. */
export const DRIFT: Steps = ['green', [0.1, 'yellow'], [0.2, 'red']];
/** Distance from what was forecast, in half-widths of p10-p90. */
export const ANOMALY: Steps = ['green', [1, 'yellow'], [2, 'red']];
/** Score of an anomaly of a category: low, medium, high, critical; docs/fleet.md. */
export const SEVERITY: Steps = ['green', [0.15, 'yellow'], [0.3, 'orange'], [0.6, 'red']];
/** Probability of no coincidence: an anomaly from 0.99 on. */
export const CONFIDENCE: Steps = ['blue', [0.99, 'red']];
/** A share of failures. */
export const FAILURES: Steps = ['green', [0.01, 'yellow'], [0.05, 'red']];
/** A share that should be near 1. */
export const SUCCESSES: Steps = ['red', [0.95, 'yellow'], [0.98, 'green']];
/** Percent of something that can be full. */
export const FULLNESS: Steps = ['green', [80, 'yellow'], [95, 'red']];
/** What a panel about that has in common with others. */
export const PERCENT_FULL = { unit: 'percent', min: 0, max: 100, decimals: 0, steps: FULLNESS } as const;
/** Share of the workers that have something to do. */
export const LOAD: Steps = ['green', [0.8, 'yellow'], [0.95, 'red']];
/** How much longer a queue is than it was. */
export const RISE: Steps = ['green', [0.25, 'yellow'], [1, 'red']];
/** Share of the periods in which a CPU limit stopped a container. */
export const THROTTLING: Steps = ['green', [0.05, 'yellow'], [0.25, 'red']];
/** 1 = yes, 0 = no. */
export const YES_IS_GOOD: Steps = ['red', [1, 'green']];
/** Whatever should not be 0. */
export const SOME_IS_GOOD: Steps = ['red', [0.000001, 'green']];
export const NEUTRAL: Steps = ['blue'];

export function thresholdsOf([base, ...steps]: Steps): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))]);
}

import { type Forecast, type Frame, HORIZON_STEPS, type Risk } from '../../src/core/flow.js';
import type { Profile } from '../../src/core/profiles.js';
import { settleThresholds, type Threshold } from '../../src/scoring/limit.js';
import { thresholdsSchema } from '../../src/scoring/options.js';
import { scoreServer } from '../../src/scoring/risk.js';

export const STEP = 300;
export const CAPACITY = 2304;
export const NEWEST = 5_892_048;
/** The start of the newest bucket. */
export const NOW = NEWEST * STEP;

export const defaults = thresholdsSchema.parse({});

/** A limit of a metric that hurts when it is high … */
export const above: Threshold = {
  metric: 'mem_used_pct',
  direction: 'above',
  value: 95,
  origin: '',
  severity: 1,
  tailScale: 2,
  sustainedSeconds: 900,
};
/** … and one of a metric that hurts when it is low. */
export const below: Threshold = { ...above, metric: 'cpu_idle_pct', direction: 'below', value: 5 };

/** The risk of a server under the default thresholds. */
export function defaultRisk(frame: Frame, forecasts: readonly Forecast[]): Risk | undefined {
  return scoreServer(frame, forecasts, settleThresholds(defaults[frame.profile], frame), NOW);
}

/** A warm server; each metric is given as a value per age in buckets (0 = newest), NaN = absent. */
export function frameOf(
  metrics: Readonly<Record<string, number | ((age: number) => number)>>,
  profile: Profile = 'generic',
): Frame {
  const names = Object.keys(metrics);
  const values = new Float32Array(names.length * CAPACITY);
  for (const [row, name] of names.entries()) {
    const metric = metrics[name]!;
    for (let age = 0; age < CAPACITY; age++) {
      const slot = row * CAPACITY + ((NEWEST - age) % CAPACITY);
      values[slot] = typeof metric === 'number' ? metric : metric(age);
    }
  }
  return {
    server: 'web01',
    profile,
    stepSeconds: STEP,
    newest: NEWEST,
    capacity: CAPACITY,
    metrics: names,
    values,
    state: 'ok',
    quality: { coverageRatio: 1, historyDays: 8, warmupRatio: 1, lastSampleAt: NOW },
  };
}

export type Quantiles = readonly [p10: number, p50: number, p90: number];

/** A forecast from the three quantiles of each step, 1–96. */
export function forecastOf(metric: string, quantiles: (step: number) => Quantiles): Forecast {
  const steps = Array.from({ length: HORIZON_STEPS }, (_, i) => quantiles(i + 1));
  return {
    server: 'web01',
    metric,
    origin: NOW,
    stepSeconds: STEP,
    values: Float32Array.from(steps.flat()),
    model: 'test',
  };
}

/** A forecast that stays where it is. */
export function flat(metric: string, p10: number, p50: number, p90: number): Forecast {
  return forecastOf(metric, () => [p10, p50, p90]);
}

/** A straight line from `from`, by `slope` per step, with a band that widens by `spread` per step. */
export function line(metric: string, from: number, slope: number, spread: number): Forecast {
  return forecastOf(metric, (step) => {
    const middle = from + slope * step;
    return [middle - spread * step, middle, middle + spread * step];
  });
}

/** How near a breach is by its definition, out of the probabilities that it has begun by each step; the first is one step ahead. */
export function nearnessOf(reached: readonly number[], stepSeconds = STEP): number {
  // Less than that counts as none.
  if ((reached.at(-1) ?? 0) < 0.001) return 0;
  return reached.reduce(
    (sum, by, i) => sum + (by - (reached[i - 1] ?? 0)) * 0.5 ** (((i + 1) * stepSeconds) / (6 * 3600)),
    0,
  );
}

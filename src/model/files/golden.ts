/** Golden windows: made-up series whose forecasts are stored with a model and compared when it is loaded. */
import { type METRIC_NAMES, upperBound } from '../../core/metrics.js';
import { normal, seededRandom } from '../../core/random.js';
import { DAY_STEPS, HISTORY_STEPS, metricId, profileId } from '../inputs/contract.js';
import type { WindowRequest } from '../inputs/window.js';

/** How a golden series is made; all of it is written into the manifest. */
interface GoldenSeries {
  readonly metric: (typeof METRIC_NAMES)[number];
  readonly level: number;
  readonly swing: number;
  readonly noise: number;
  /** Units per day. */
  readonly slope: number;
  /** Buckets missing at the start and in the middle. */
  readonly missing: readonly (readonly [number, number])[];
}

const SERIES: readonly GoldenSeries[] = [
  { metric: 'cpu_user_pct', level: 40, swing: 25, noise: 3, slope: 0, missing: [] },
  { metric: 'mem_used_pct', level: 55, swing: 1, noise: 0.2, slope: 4, missing: [] },
  {
    metric: 'net_in_mb_s',
    level: 12,
    swing: 8,
    noise: 2,
    slope: 0,
    missing: [
      [0, 1700],
      [2100, 2130],
    ],
  },
  { metric: 'swap_used_pct', level: 0, swing: 0, noise: 0, slope: 0, missing: [] },
];

/** Index of the last bucket of the golden windows: a fixed moment, so that the time of day is fixed too. */
const NEWEST = 5_600_100;

/** The golden windows, the same on every machine. Values are rounded so that no libm difference survives. */
export function goldenWindows(): WindowRequest[] {
  const random = seededRandom(20_240_601);
  return SERIES.map(({ metric, level, swing, noise, slope, missing }) => {
    const values = new Float32Array(HISTORY_STEPS);
    for (let i = 0; i < HISTORY_STEPS; i++) {
      const bucket = NEWEST - HISTORY_STEPS + 1 + i;
      const daily = Math.sin((2 * Math.PI * (bucket % DAY_STEPS)) / DAY_STEPS);
      const value = level + swing * daily + noise * normal(random) + (slope * i) / DAY_STEPS;
      const isMissing = missing.some(([from, to]) => i >= from && i < to);
      values[bucket % HISTORY_STEPS] = isMissing ? Number.NaN : Math.round(Math.max(value, 0) * 1000) / 1000;
    }
    return {
      series: { values, offset: 0, capacity: HISTORY_STEPS },
      newest: NEWEST,
      metricId: metricId(metric),
      profileId: profileId('database'),
      upper: upperBound(metric),
    };
  });
}

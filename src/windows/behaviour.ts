/** How a server behaves, in a few figures that can be compared: for finding the profile of a server that nobody has told. */
import type { Frame } from '../core/flow.js';
import { bucketValue } from '../core/frame.js';

/** Metrics that tell what a server is for. Not uptime, disk and CLOSE_WAIT, which tell how it is kept; idle follows from the rest. */
const METRICS = [
  { name: 'cpu_user_pct', isLogarithmic: false },
  { name: 'cpu_sys_pct', isLogarithmic: false },
  { name: 'cpu_iowait_pct', isLogarithmic: false },
  { name: 'java_cpu_pct', isLogarithmic: false },
  { name: 'mem_used_pct', isLogarithmic: false },
  { name: 'net_in_mb_s', isLogarithmic: true },
  { name: 'net_out_mb_s', isLogarithmic: true },
  { name: 'load_average', isLogarithmic: true },
] as const;
/** The middle and the upper edge of a day. */
const SHARES = [0.5, 0.9];

/** Two figures for each metric; NaN where the server does not have it. */
export type Behaviour = Float64Array;

export const BEHAVIOUR_FIGURES = METRICS.length * SHARES.length;
/** Differences below this are noise: a percent point, or a tenth of an order of magnitude. */
export const FIGURE_FLOORS = Float64Array.from(
  METRICS.flatMap(({ isLogarithmic }) => SHARES.map(() => (isLogarithmic ? 0.1 : 1))),
);

const DAY_SECONDS = 86_400;
/** Each third bucket will do, and costs a third. */
const STRIDE = 3;
/** Of the looked-at buckets of a day, that must be there for a metric to count. */
const FULL_SHARE = 0.8;

/** The figures of a frame's last 24 h: median and 90th percentile of each metric, network and load as decimal logarithms. */
export function behaviourOf(frame: Frame): Behaviour {
  const figures = new Float64Array(BEHAVIOUR_FIGURES).fill(Number.NaN);
  const buckets = Math.round(DAY_SECONDS / frame.stepSeconds);
  METRICS.forEach(({ name, isLogarithmic }, i) => {
    const sorted = sortedDay(frame, frame.metrics.indexOf(name), buckets);
    if (sorted.length < (FULL_SHARE * buckets) / STRIDE) return;
    SHARES.forEach((share, j) => {
      const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
      // What is nearly nothing is nothing: 1 kB/s, a load of 0.01.
      figures[i * SHARES.length + j] = isLogarithmic ? Math.log10(Math.max(value, 0.01)) : value;
    });
  });
  return figures;
}

function sortedDay(frame: Frame, row: number, buckets: number): Float64Array {
  const values: number[] = [];
  for (let bucket = frame.newest; bucket > frame.newest - buckets; bucket -= STRIDE) {
    const value = bucketValue(frame, row, bucket);
    if (!Number.isNaN(value)) values.push(value);
  }
  return Float64Array.from(values).sort();
}

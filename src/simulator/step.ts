/** The simulator's grid: the state of a server is defined per step of five minutes, as the mean over that step. */
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';

/** Five minutes: the bin of the CSV traces and of the windows. */
export const STEP_SECONDS = 300;
export const DAY_SECONDS = 86_400;
export const STEPS_PER_DAY = DAY_SECONDS / STEP_SECONDS;

/** Position of each metric in a state row, which is in the order of `METRIC_NAMES`. */
export const ROW = Object.fromEntries(METRIC_NAMES.map((name, index) => [name, index])) as Readonly<
  Record<MetricName, number>
>;

/** Length of a state row: the 14 metrics. */
export const ROW_LENGTH = METRIC_NAMES.length;

/** Rounds to the grid, so that everything that starts or ends does so between two steps. */
export function onGrid(seconds: number): number {
  return Math.round(seconds / STEP_SECONDS) * STEP_SECONDS;
}

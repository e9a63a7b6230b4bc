/** What a plot reads at each of its points, for the script of the page: values in words, for none can be seen from a path. */
import type { PlotArea } from './axes.js';
import type { PlotPoint } from './plot.js';
import { describeNumber } from './words.js';

export interface PlotReadings {
  /** In units of the view box. */
  readonly area: PlotArea;
  /** Epoch seconds of its left and right edge. */
  readonly span: readonly [number, number];
  readonly stepSeconds: number;
  /** Behind every value, e.g. `%`. */
  readonly unit: string;
  readonly past: readonly PlotPoint[];
  /** p10, p50 and p90 over the same times. */
  readonly ahead: readonly (readonly PlotPoint[])[];
}

/** JSON for `data-plot`; values are separated by blanks, which need no escapes. */
export function plotReadings({ area, span, stepSeconds, unit, past, ahead }: PlotReadings): string {
  const first = ahead[0]?.[0];
  return JSON.stringify({
    ...{ area, span, step: stepSeconds, unit },
    past: { from: past[0]?.time ?? span[0], values: joined(past) },
    ...(first && { ahead: { from: first.time, values: ahead.map(joined) } }),
  });
}

function joined(points: readonly PlotPoint[]): string {
  return points.map(({ value }) => (Number.isFinite(value) ? describeNumber(value) : '–')).join(' ');
}

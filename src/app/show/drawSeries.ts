/** Past and future of one metric as characters, for any terminal. */
import { scaleLinear } from 'd3-scale';
import type { Forecast, Frame } from '../../core/flow.js';
import { forecastPoints, pastPoints } from '../../web/pages/metricPaths.js';
import type { PlotPoint } from '../../web/pages/plot.js';
import { describeNumber, timeOfDay } from '../../web/pages/words.js';

export interface Drawing {
  readonly frame: Frame;
  readonly metric: string;
  readonly forecast: Forecast | undefined;
  /** Undefined = the metric has none. */
  readonly threshold: number | undefined;
  /** Epoch seconds of the line between past and future. */
  readonly at: number;
}

export interface Canvas {
  /** Columns of the whole line, at least 40. */
  readonly columns: number;
  readonly hasColor: boolean;
}

const ROWS = 10;
const PAST_SECONDS = 16 * 3600;
const AHEAD_SECONDS = 8 * 3600;
const TICK_SECONDS = 4 * 3600;
/** Values stand left of the plot. */
const LABEL_COLUMNS = 8;

/** Told apart by shape, so that color is only an aid. */
const MARK = { past: '•', median: '*', band: '░', threshold: '-', now: '┊' } as const;
type Mark = keyof typeof MARK;
/** Foreground colors of ECMA-48, which every terminal has. */
const COLOR: Readonly<Record<Mark, number>> = { past: 36, median: 34, band: 90, threshold: 31, now: 90 };

/** One line per row, the time axis last. What lies over something else: past and median, threshold, band, now. */
export function drawSeries(drawing: Drawing, { columns, hasColor }: Canvas): string[] {
  const { frame, metric, forecast, threshold, at } = drawing;
  const width = columns - LABEL_COLUMNS - 2;
  const past = pastPoints(frame, metric, PAST_SECONDS);
  const ahead = forecast && forecastPoints(forecast);
  const [low, high] = rangeOf([past, ahead?.p10 ?? [], ahead?.p90 ?? []].flat(), threshold);
  const columnAt = scaleLinear([at - PAST_SECONDS, at + AHEAD_SECONDS], [0, width]);
  const rowAt = scaleLinear([low, high], [ROWS - 1, 0]);
  const cells = Array.from({ length: ROWS }, () => new Array<Mark | undefined>(width).fill(undefined));
  const put = (column: number, value: number, mark: Mark) => {
    const row = Math.round(rowAt(value));
    if (column >= 0 && column < width && row >= 0 && row < ROWS) cells[row]![column] = mark;
  };
  const onePerColumn = (points: readonly PlotPoint[]) => meansByColumn(points, columnAt);

  for (let row = 0; row < ROWS; row++) cells[row]![Math.floor(columnAt(at))] = 'now';
  const upper = onePerColumn(ahead?.p90 ?? []);
  for (const [column, from] of onePerColumn(ahead?.p10 ?? [])) {
    for (let row = Math.round(rowAt(upper.get(column)!)); row <= Math.round(rowAt(from)); row++) {
      if (column < width) cells[row]![column] = 'band';
    }
  }
  if (threshold !== undefined) for (let column = 0; column < width; column++) put(column, threshold, 'threshold');
  for (const [column, value] of onePerColumn(past)) put(column, value, 'past');
  for (const [column, value] of onePerColumn(ahead?.p50 ?? [])) put(column, value, 'median');

  const labels = new Map([
    [0, high],
    [ROWS - 1, low],
    ...(threshold === undefined ? [] : [[Math.round(rowAt(threshold)), threshold] as const]),
  ]);
  const lines = cells.map(
    (row, i) => `${labelOf(labels.get(i))} │${row.map((mark) => paint(mark, hasColor)).join('')}`,
  );
  return [...lines.map((line) => line.trimEnd()), timeAxis(at, columnAt)];
}

/** The mean of a column's known points, by column. */
function meansByColumn(points: readonly PlotPoint[], columnAt: (time: number) => number): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { time, value } of points) {
    if (Number.isNaN(value)) continue;
    const column = Math.floor(columnAt(time));
    const { sum, count } = sums.get(column) ?? { sum: 0, count: 0 };
    sums.set(column, { sum: sum + value, count: count + 1 });
  }
  return new Map([...sums].map(([column, { sum, count }]) => [column, sum / count]));
}

/** All that is drawn; a flat line gets some air. */
function rangeOf(points: readonly PlotPoint[], threshold: number | undefined): [number, number] {
  const values = [...points.map(({ value }) => value), ...(threshold === undefined ? [] : [threshold])];
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return high > low ? [low, high] : [low - 1, high + 1];
}

function labelOf(value: number | undefined): string {
  return (value === undefined ? '' : describeNumber(value)).padStart(LABEL_COLUMNS);
}

function paint(mark: Mark | undefined, hasColor: boolean): string {
  if (mark === undefined) return ' ';
  return hasColor ? `\x1b[${COLOR[mark]}m${MARK[mark]}\x1b[39m` : MARK[mark];
}

/** Times of day in UTC, four hours apart from now; those that have no room are left out. */
function timeAxis(at: number, columnAt: (time: number) => number): string {
  let axis = '';
  for (let time = at - PAST_SECONDS; time <= at + AHEAD_SECONDS; time += TICK_SECONDS) {
    const text = time === at ? 'now' : timeOfDay(time);
    const isLast = time === at + AHEAD_SECONDS;
    const column = LABEL_COLUMNS + 2 + Math.floor(columnAt(time)) - (isLast ? text.length : 0);
    if (axis === '' || column > axis.length) axis = axis.padEnd(column) + text;
  }
  return axis;
}

/** Past and future of one metric as characters, for any terminal. */
import { type ScaleLinear, scaleLinear, scaleUtc } from 'd3-scale';
import type { Forecast, Frame } from '../../core/flow.js';
import { describeTicks } from '../../web/pages/axes.js';
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
  readonly symbols: Symbols;
}

type Mark = 'past' | 'median' | 'band' | 'threshold' | 'now';

/** Told apart by shape, so that color is only an aid. */
export type Symbols = Readonly<Record<Mark | 'edge' | 'corner' | 'axis' | 'tick', string>>;

export const UNICODE: Symbols = {
  ...{ past: '•', median: '*', band: '░', threshold: '-', now: '┊' },
  ...{ edge: '│', corner: '└', axis: '─', tick: '┬' },
};
export const ASCII: Symbols = {
  ...{ past: 'o', median: '*', band: ':', threshold: '-', now: '|' },
  ...{ edge: '|', corner: '+', axis: '-', tick: '+' },
};

/** Foreground colors of ECMA-48, which every terminal has. */
const COLOR: Readonly<Record<Mark, number>> = { past: 36, median: 34, band: 90, threshold: 31, now: 90 };

const LEAST_ROWS = 11;
const PAST_SECONDS = 16 * 3600;
const AHEAD_SECONDS = 8 * 3600;
/** Values stand left of the plot. */
const LABEL_COLUMNS = 8;
const VALUE_TICKS = 4;
/** Columns that a time of day takes, with the room around it. */
const TIME_COLUMNS = 11;
/** A threshold farther off than this many heights of what is drawn would flatten it. */
const FARTHEST_THRESHOLD = 1.5;
/** What varies by less does not vary. */
const FLAT = 1e-9;

/** One line per row, the time axis last. What lies over something else: past and median, threshold, band, now. */
export function drawSeries(drawing: Drawing, { columns, hasColor, symbols }: Canvas): string[] {
  const { frame, metric, forecast, threshold, at } = drawing;
  const width = columns - LABEL_COLUMNS - 2;
  const past = pastPoints(frame, metric, PAST_SECONDS);
  const ahead = forecast && forecastPoints(forecast);
  const range = rangeOf([past, ahead?.p10 ?? [], ahead?.p90 ?? []].flat(), threshold);
  const columnAt = scaleLinear([at - PAST_SECONDS, at + AHEAD_SECONDS], [0, width]);
  const rowAt = valueScale(range);
  const rows = rowAt.range()[0]! + 1;
  const cells = Array.from({ length: rows }, () => new Array<Mark | undefined>(width).fill(undefined));
  const put = (column: number, value: number, mark: Mark) => {
    const row = Math.round(rowAt(value));
    if (column >= 0 && column < width && row >= 0 && row < rows) cells[row]![column] = mark;
  };
  const onePerColumn = (points: readonly PlotPoint[]) => meansByColumn(points, columnAt);

  for (let row = 0; row < rows; row++) cells[row]![Math.floor(columnAt(at))] = 'now';
  const upper = onePerColumn(ahead?.p90 ?? []);
  for (const [column, from] of onePerColumn(ahead?.p10 ?? [])) {
    for (let row = Math.round(rowAt(upper.get(column)!)); row <= Math.round(rowAt(from)); row++) {
      if (column < width) cells[row]![column] = 'band';
    }
  }
  if (threshold !== undefined) for (let column = 0; column < width; column++) put(column, threshold, 'threshold');
  for (const [column, value] of onePerColumn(past)) put(column, value, 'past');
  for (const [column, value] of onePerColumn(ahead?.p50 ?? [])) put(column, value, 'median');

  const labels = valueLabels(rowAt, threshold);
  const paint = (mark: Mark | undefined) => paintMark(mark, symbols, hasColor);
  const lines = cells.map(
    (row, i) => `${(labels.get(i) ?? '').padStart(LABEL_COLUMNS)} ${symbols.edge}${row.map(paint).join('')}`,
  );
  return [...lines.map((line) => line.trimEnd()), ...timeAxis(at, columnAt, symbols)];
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

/** All that is drawn, and the threshold where it is not far off; a flat line gets some air. */
function rangeOf(points: readonly PlotPoint[], threshold: number | undefined): [number, number] {
  const known = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  if (known.length === 0) return threshold === undefined ? [0, 1] : [Math.min(0, threshold), Math.max(1, threshold)];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const height = high - low;
  if (threshold !== undefined && Math.max(threshold - high, low - threshold) <= FARTHEST_THRESHOLD * height) {
    return [Math.min(low, threshold), Math.max(high, threshold)];
  }
  return height > FLAT ? [low, high] : [low - Math.min(1, Math.abs(low)), high + 1];
}

/** From the bottom row to row 0, with as many whole rows between one tick and the next. */
function valueScale(range: readonly [number, number]): ScaleLinear<number, number> {
  const scale = scaleLinear().domain(range).nice(VALUE_TICKS);
  const intervals = scale.ticks(VALUE_TICKS).length - 1;
  return scale.range([intervals * Math.ceil((LEAST_ROWS - 1) / intervals), 0]);
}

/** Round values by row; the threshold has its own. */
function valueLabels(rowAt: ScaleLinear<number, number>, threshold: number | undefined): Map<number, string> {
  const describe = describeTicks(rowAt, VALUE_TICKS);
  const labels = new Map(rowAt.ticks(VALUE_TICKS).map((tick) => [Math.round(rowAt(tick)), describe(tick)]));
  return threshold === undefined ? labels : labels.set(Math.round(rowAt(threshold)), describeNumber(threshold));
}

function paintMark(mark: Mark | undefined, symbols: Symbols, hasColor: boolean): string {
  if (mark === undefined) return ' ';
  return hasColor ? `\x1b[${COLOR[mark]}m${symbols[mark]}\x1b[39m` : symbols[mark];
}

/** A line with ticks at round times of UTC and at now, and their names below; names that have no room are left out. */
function timeAxis(at: number, columnAt: ScaleLinear<number, number>, symbols: Symbols): string[] {
  const width = columnAt.range()[1]!;
  const moments = scaleUtc().domain(columnAt.domain().map((seconds) => seconds * 1000));
  const round = moments.ticks(width / TIME_COLUMNS).map((tick) => tick.getTime() / 1000);
  const line = new Array<string>(width).fill(symbols.axis);
  const names = new Array<string>(width).fill(' ');
  for (const time of [at, ...round]) {
    const name = time === at ? 'now' : timeOfDay(time);
    const column = Math.floor(columnAt(time));
    const start = Math.max(0, Math.min(width - name.length, column - (name.length >> 1)));
    const room = names.slice(Math.max(0, start - 1), start + name.length + 1);
    if (column >= width || room.some((character) => character !== ' ')) continue;
    line[column] = symbols.tick;
    names.splice(start, name.length, ...name);
  }
  const margin = ' '.repeat(LABEL_COLUMNS + 1);
  return [`${margin}${symbols.corner}${line.join('')}`, `${margin} ${names.join('')}`.trimEnd()];
}

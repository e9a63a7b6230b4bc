/** What the axes of the report's plots span and where their ticks lie. */
import { scaleLinear, scaleLog } from 'd3-scale';

/** Beyond this, a value cannot be drawn beside others. */
const LARGEST_DRAWN = 1e12;
/** A score below or above is drawn at the end of a logarithmic axis. */
const LOG_FLOOR = 0.01;
const LOG_CEILING = 1000;

/** Whether a number can be drawn: known, and not so large that coordinates overflow. */
export function isDrawable(value: number | null | undefined): value is number {
  return typeof value === 'number' && Math.abs(value) <= LARGEST_DRAWN;
}

/** A value axis: where a value lies, and which values get a tick. */
export interface ValueAxis {
  /** Position of a value; one beyond the axis lies at its end. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** A logarithmic axis, on which equal distances are equal percentages, over `values` with some air. @param gap  least distance of two ticks */
export function logAxis(values: readonly number[], range: readonly [number, number], gap: number): ValueAxis {
  const bounded = values.map((value) => Math.min(LOG_CEILING, Math.max(LOG_FLOOR, value)));
  const known = bounded.length > 0 ? bounded : [1];
  const domain = [Math.min(...known) / 1.12, Math.max(...known) * 1.12];
  const at = scaleLog(domain, range).clamp(true);
  const evenly = scaleLinear(domain, range);
  const choices = [
    ...LEADING_DIGITS.map((digits) => at.ticks().filter((tick) => digits.includes(tick.toExponential()[0]!))),
    // Within less than a decade, steps of equal size tell more.
    ...TICK_COUNTS.map((count) => evenly.ticks(count)),
  ].filter((ticks) => areApart(ticks.map(at), gap));
  return { at, ticks: choices.reduce((most, ticks) => (ticks.length > most.length ? ticks : most), []) };
}

/** Which digits of a decade get a tick. */
const LEADING_DIGITS = ['123456789', '1234568', '12357', '125', '13', '1'];
const TICK_COUNTS = [20, 10, 7, 5, 4, 3, 2];

function areApart(positions: readonly number[], gap: number): boolean {
  return positions.every((position, index) => index === 0 || Math.abs(position - positions[index - 1]!) >= gap);
}

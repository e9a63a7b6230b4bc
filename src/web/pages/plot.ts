/** Paths of the SVG plots, drawn by d3. */
import { area, line } from 'd3-shape';

/** One point; a value that is not finite interrupts the line. */
export interface PlotPoint {
  readonly time: number;
  readonly value: number;
}

/** Maps times and values to the units of a view box. */
export interface PlotScale {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
}

/** Digits after the point: a tenth of a unit is finer than a screen shows. */
const COORDINATE_DIGITS = 1;

/** The `d` of a line with a break at every missing value; a lone point is a dot where line ends are round. */
export function linePath(points: readonly PlotPoint[], { x, y }: PlotScale): string {
  const draw = line<PlotPoint>()
    .defined(({ value }) => Number.isFinite(value))
    .x(({ time }) => x(time))
    .y(({ value }) => y(value))
    .digits(COORDINATE_DIGITS);
  return draw(points) ?? '';
}

/** The `d` of the area between two lines over the same times, with a break where either has no value. */
export function bandPath(lower: readonly PlotPoint[], upper: readonly PlotPoint[], { x, y }: PlotScale): string {
  const draw = area<PlotPoint>()
    .defined(({ value }, index) => Number.isFinite(value) && Number.isFinite(upper[index]?.value))
    .x(({ time }) => x(time))
    .y0(({ value }) => y(value))
    .y1((_, index) => y(upper[index]!.value))
    .digits(COORDINATE_DIGITS);
  return draw(lower) ?? '';
}

/** A coordinate outside of a path. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(COORDINATE_DIGITS)));
}

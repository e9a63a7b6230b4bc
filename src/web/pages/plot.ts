/** Paths for small SVG plots. */

/** One point; a NaN value interrupts the line. */
export interface PlotPoint {
  readonly time: number;
  readonly value: number;
}

/** Maps times and values to the units of a view box. */
export interface PlotScale {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
}

/** The `d` of a line with a break at every missing value; a lone point becomes a dot-sized stroke. */
export function linePath(points: readonly PlotPoint[], { x, y }: PlotScale): string {
  let path = '';
  let isDrawing = false;
  for (const { time, value } of points) {
    if (!Number.isFinite(value)) {
      isDrawing = false;
      continue;
    }
    path += `${isDrawing ? 'L' : 'M'}${coordinate(x(time))} ${coordinate(y(value))}`;
    if (!isDrawing) path += 'h0';
    isDrawing = true;
  }
  return path;
}

/** The `d` of the area between two lines over the same times, neither with a missing value. */
export function bandPath(lower: readonly PlotPoint[], upper: readonly PlotPoint[], scale: PlotScale): string {
  if (lower.length === 0) return '';
  const corners = [...upper, ...lower.toReversed()];
  return `M${corners.map(({ time, value }) => `${coordinate(scale.x(time))} ${coordinate(scale.y(value))}`).join('L')}Z`;
}

/** A linear map from [from, to] to [start, end]. */
export function linearScale(from: number, to: number, start: number, end: number): (value: number) => number {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Round values within [from, to]: about `count` of them, 1, 2 or 5 times a power of ten apart. */
export function roundTicks(from: number, to: number, count: number): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step); index * step <= to + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** A tenth of a unit is finer than a screen shows. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

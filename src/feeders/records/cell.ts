/** Values of one series within the time of one record. */
import type { MetricRule } from '../mapping/options.js';

export interface Cell {
  sum: number;
  count: number;
  max: number;
  last: number;
  /** Epoch seconds of `last`. */
  lastAt: number;
}

/** The cell with one value more. */
export function addToCell(cell: Cell | undefined, value: number, at: number): Cell {
  if (cell === undefined) return { sum: value, count: 1, max: value, last: value, lastAt: at };
  cell.sum += value;
  cell.count++;
  cell.max = Math.max(cell.max, value);
  if (at >= cell.lastAt) {
    cell.last = value;
    cell.lastAt = at;
  }
  return cell;
}

/** One value for all series: first each over time, then one across the others. */
export function combineCells(cells: readonly Cell[], { overTime, across }: MetricRule): number {
  const values = cells.map((cell) => overTimeValue(cell, overTime));
  const sum = values.reduce((total, value) => total + value, 0);
  switch (across) {
    case 'sum':
      return sum;
    case 'mean':
      return sum / values.length;
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
  }
}

function overTimeValue(cell: Cell, overTime: MetricRule['overTime']): number {
  switch (overTime) {
    case 'mean':
      return cell.sum / cell.count;
    case 'max':
      return cell.max;
    case 'last':
      return cell.last;
  }
}

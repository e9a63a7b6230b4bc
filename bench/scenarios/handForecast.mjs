/** A forecast by hand of the hour ahead, in place of the model's: seconds for a fleet and week instead of minutes. */
import { DEVIATION_LEAD_STEPS } from '../../dist/scoring/deviations.js';
import { rounded } from './recording.mjs';

export const DAY_STEPS = 288;
const WEEK_STEPS = 7 * DAY_STEPS;
/** A week for the seasonal profile, and one of its errors. */
export const HISTORY_STEPS = 2 * WEEK_STEPS + DAY_STEPS;
const LEAD = DEVIATION_LEAD_STEPS;
/** What the present level is worth an hour later: it decays over two hours, as the candidate of the model's inputs does. */
const LEVEL_LEFT = Math.exp(-(LEAD - 1) / 24);
/** Errors are looked through once an hour. */
const TUNE_STEPS = 12;

/** One series, forecast an hour ahead by the best of three methods of the week before. */
export class HandForecast {
  /** @param values [length], NaN = not known */
  constructor(values) {
    this.values = values;
    this.methods = METHODS.map((method) => ({ method, errors: new Float64Array(values.length).fill(Number.NaN) }));
    this.best = this.methods[0];
    this.band = [Number.NaN, Number.NaN];
  }

  /** p10, p50, p90 of an hour after step i, from what is known there. */
  forecast(i) {
    if (this.next === undefined) for (let past = i - WEEK_STEPS; past < i; past++) this.#judge(past);
    this.#judge(i);
    if (this.next === undefined || i >= this.next) {
      this.#tune(i);
      this.next = i + TUNE_STEPS;
    }
    const p50 = this.best.method(this.values, i);
    return [p50 + Math.min(0, this.band[0]), p50, p50 + Math.max(0, this.band[1])];
  }

  /** How far each method was off that forecast step i an hour before. */
  #judge(i) {
    for (const { method, errors } of this.methods) errors[i] = this.values[i] - method(this.values, i - LEAD);
  }

  #tune(i) {
    const ranked = this.methods.map((method) => {
      const errors = method.errors.subarray(i - WEEK_STEPS, i + 1).filter((error) => !Number.isNaN(error));
      return { method, errors, size: errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length };
    });
    const { method, errors } = ranked.reduce((least, one) => (one.size < least.size ? one : least));
    const sorted = errors.sort();
    this.best = method;
    this.band = [0.1, 0.9].map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  }
}

const METHODS = [persistence, meanOfHour, seasonalLevel];

function persistence(values, i) {
  for (let back = 0; back < LEAD; back++) if (!Number.isNaN(values[i - back])) return values[i - back];
  return Number.NaN;
}

function meanOfHour(values, i) {
  return meanOf(values.subarray(i - LEAD + 1, i + 1));
}

function seasonalLevel(values, i) {
  const level = meanOf(Float64Array.from({ length: 6 }, (_, back) => values[i - back] - seasonal(values, i - back)));
  return seasonal(values, i + LEAD) + (Number.isNaN(level) ? 0 : level * LEVEL_LEFT);
}

/** Median of the last seven days at the time of step i. */
function seasonal(values, i) {
  const past = Array.from({ length: 7 }, (_, day) => values[i - (day + 1) * DAY_STEPS]).filter(
    (value) => !Number.isNaN(value),
  );
  past.sort((a, b) => a - b);
  return past.length === 0 ? Number.NaN : past[past.length >> 1];
}

function meanOf(values) {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/**
 * Judges step i of a subject's series against what was forecast for it an hour before, and forecasts the hour after it.
 * @param series  a HandForecast for each of `metrics`
 * @returns the deviations of the step by metric
 */
export function deviationsAt({ server, metrics, series }, i, memory) {
  const values = series.flatMap((one) => newestTwo(one.values, i));
  const frame = { server, metrics, newest: i, capacity: 2, values };
  memory.judge(frame);
  memory.remember(
    frame,
    series.map((one, row) => ({ metric: metrics[row], values: quantilesAt(one.forecast(i)) })),
  );
  return Object.fromEntries(metrics.map((metric) => [metric, rounded(memory.at(server, metric, i))]));
}

/** A ring of two buckets. */
function newestTwo(values, i) {
  return i % 2 === 0 ? [values[i], values[i - 1]] : [values[i - 1], values[i]];
}

/** Forecasts of which only the hour ahead is known, as that is all that deviations look at. */
function quantilesAt(levels) {
  const values = new Float32Array(3 * LEAD).fill(Number.NaN);
  values.set(levels, 3 * (LEAD - 1));
  return values;
}

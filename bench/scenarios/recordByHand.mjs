/**
 * As record.mjs, without the model: deviations from a forecast by hand, in a second per fleet and week, so that cascades can be counted
 * over many weeks. The hour ahead is forecast by persistence, the mean of the last hour, or the median of the last seven days at that
 * time shifted to the present level, whichever had the smallest error on the series in the last week; p10 and p90 are laid around it
 * by its errors of that week.
 *
 *   node bench/scenarios/recordByHand.mjs --out FOLDER [--servers 20] [--seed 1] [--days 28] [--scenarios KIND,KIND]
 *     [--scenarios-per-server-week 0.5] [--end EPOCH]
 */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { DEVIATION_LEAD_STEPS, DeviationMemory } from '../../dist/scoring/deviations.js';
import { createFleet } from '../../dist/simulator/fleet.js';
import { fleetBatch } from '../../dist/simulator/fleetBatch.js';
import { labelsCsv } from '../../dist/simulator/labels.js';
import { rounded, STEP, THRESHOLDED } from './recording.mjs';

const DAY_STEPS = 288;
const WEEK_STEPS = 7 * DAY_STEPS;
/** A week for the seasonal profile, and one of its errors. */
const HISTORY_STEPS = 2 * WEEK_STEPS + DAY_STEPS;
const LEAD = DEVIATION_LEAD_STEPS;
/** What the present level is worth an hour later: it decays over two hours, as the candidate of the model's inputs does. */
const LEVEL_LEFT = Math.exp(-(LEAD - 1) / 24);
/** Errors are looked through once an hour. */
const TUNE_STEPS = 12;
const METRICS = new Set(THRESHOLDED);

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' },
    servers: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '28' },
    end: { type: 'string', default: '1780272000' },
    scenarios: { type: 'string' },
    'scenarios-per-server-week': { type: 'string', default: '0.5' },
  },
});
if (flags.out === undefined) {
  process.stderr.write('usage: recordByHand.mjs --out FOLDER [--servers N] [--seed N] [--days N] …\n');
  process.exit(2);
}

/** One series, forecast an hour ahead by the best of three methods of the week before. */
class HandForecast {
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

const fleet = createFleet({
  servers: Number(flags.servers),
  seed: Number(flags.seed),
  scenariosPerServerWeek: Number(flags['scenarios-per-server-week']),
  scenarios: flags.scenarios?.split(','),
});
const end = Math.floor(Number(flags.end) / STEP);
const start = end - Number(flags.days) * DAY_STEPS;
const origin = start - DAY_STEPS - HISTORY_STEPS;
const length = end - origin;
await mkdir(flags.out, { recursive: true });
await writeFile(join(flags.out, 'labels.csv'), labelsCsv(fleet, start * STEP, end * STEP));

const servers = fleet.servers.map((server) => {
  const { series } = fleetBatch({ ...fleet, servers: [server] }, origin, end);
  const kept = series.filter(({ metric }) => METRICS.has(metric));
  return {
    server,
    metrics: kept.map(({ metric }) => metric),
    series: kept.map(({ values }) => new HandForecast(values)),
  };
});
const deviations = new DeviationMemory();
const file = createGzip();
file.pipe(createWriteStream(join(flags.out, 'served.jsonl.gz')));
for (let i = HISTORY_STEPS; i < length; i++) file.write(`${JSON.stringify(lineOf(i))}\n`);
file.end();

/** Judges step i, counted from `origin`, and forecasts the hour after it. */
function lineOf(i) {
  return {
    at: (origin + i + 1) * STEP,
    isScored: origin + i >= start,
    servers: servers.map(({ server, metrics, series }) => {
      const isDown = Number.isNaN(series[0].values[i]);
      const frame = {
        server: server.name,
        metrics,
        newest: i,
        capacity: 2,
        values: series.flatMap((one) => newestTwo(one.values, i)),
      };
      deviations.judge(frame);
      deviations.remember(
        frame,
        series.map((one, row) => ({ metric: metrics[row], values: quantilesAt(one.forecast(i)) })),
      );
      return {
        server: server.name,
        profile: server.profile,
        state: isDown ? 'stale' : 'ok',
        newest: origin + i,
        deviations: Object.fromEntries(
          metrics.map((metric) => [metric, rounded(deviations.at(server.name, metric, i))]),
        ),
      };
    }),
  };
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

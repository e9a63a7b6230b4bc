/**
 * Scores backtests of simulated fleets where the truth is known: on steady ramps against a line, and how soon forecasts
 * recover after a lasting shift of level. Reads `labels.csv` of `linborg simulate` and the files of `linborg backtest`.
 *
 *   node bench/scenarios/score.mjs ramps  --labels TRACES/labels.csv --backtest OUT [--alone OUT]
 *   node bench/scenarios/score.mjs shifts --labels TRACES/labels.csv --backtest OUT
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';

const STEP = 300;
const HOUR = 3600;
const HORIZON = 8 * HOUR;
const LINE = 'predict_linear_4h';
/** Its error is how much a ramp rises: the unit in which ramps of different steepness are averaged. */
const UNIT = 'persistence';
/** A ramp is known as such after an hour. */
const LEAST_RAMP = HOUR;
/** Before a shift, errors of a day tell what is usual; after it, recovery is looked for so long. */
const BEFORE = 24 * HOUR;
const AFTER = 8 * HOUR;
const LEAST_BEFORE = 20;
const RECOVERED = 1.25;
/** Where nothing happened: the measure itself needs a while, since single errors scatter. */
const CONTROL = 12 * HOUR;
/** Ages of a shift at which its errors are told. */
const AGES = [0, 900, 1800, HOUR, 2 * HOUR, 4 * HOUR, AFTER];

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { labels: { type: 'string' }, backtest: { type: 'string' }, alone: { type: 'string' } },
});
const score = { ramps: scoreRamps, shifts: scoreShifts }[positionals[0]];
if (score === undefined || flags.labels === undefined || flags.backtest === undefined) {
  process.stderr.write('usage: score.mjs ramps|shifts --labels TRACES/labels.csv --backtest OUT [--alone OUT]\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`${await score(await readLabels(flags.labels), flags.backtest, flags.alone)}\n`);
}

/** @returns {Promise<{server: string, start: number, end: number, kind: string, facts: Record<string, string>}[]>} */
async function readLabels(path) {
  const [, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [server, start, end, kind, detail] = line.split(',');
    const facts = Object.fromEntries(detail.split(';').map((fact) => fact.split('=')));
    return { server, start: Number(start), end: Number(end), kind, facts };
  });
}

/** Calls back with the cells of every row; names of servers and metrics hold no commas. */
async function eachRow(path, onRow) {
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()) });
  let isHeader = true;
  for await (const line of lines) {
    if (!isHeader) onRow(line.split(','));
    isHeader = false;
  }
}

/**
 * Ramps: errors of forecasts that were made an hour or more into a ramp. First those that end before it does, which nobody
 * could pick out beforehand and for which going straight on is right; then all that were made before its end.
 */
async function scoreRamps(labels, folder, aloneFolder) {
  const ramps = rampsOf(labels);
  await addErrors(
    groupBy(ramps, ({ series }) => series),
    folder,
    aloneFolder,
  );
  if (!ramps.some(({ whole }) => isScored(whole)))
    throw new Error(`${folder} holds no forecast of 8 h within a ramp; choose more --origins`);
  return ['forecasts that end before the ramp does', 'all forecasts made within a ramp']
    .map((title, i) => `${title}\n\n${rampTable(ramps, i === 0 ? 'whole' : 'any')}`)
    .join('\n\n');
}

function rampsOf(labels) {
  return labels.flatMap(({ server, facts }) =>
    [...(facts.ramps ?? '').matchAll(/(\w+):(\d+)-(\d+)/g)].map(([, metric, start, end]) => ({
      series: `${server},${metric}`,
      metric,
      start: Number(start),
      end: Number(end),
      whole: { errors: {}, origins: new Set() },
      any: { errors: {}, origins: new Set() },
    })),
  );
}

/** Adds the absolute errors of what was served, of the model alone, of the line and of persistence to the ramps. */
async function addErrors(bySeries, folder, aloneFolder) {
  const actuals = new Map();
  const add = (method, [origin, server, metric, step], forecast, actual) => {
    const now = Number(origin) + STEP;
    const ramp = bySeries.get(`${server},${metric}`)?.find(({ start, end }) => now >= start + LEAST_RAMP && now < end);
    if (ramp === undefined) return;
    actuals.set(`${origin},${server},${metric},${step}`, actual);
    for (const scope of now + HORIZON <= ramp.end ? [ramp.whole, ramp.any] : [ramp.any]) {
      scope.origins.add(origin);
      scope.errors[method] ??= { sum: 0, count: 0 };
      scope.errors[method].sum += Math.abs(forecast - actual);
      scope.errors[method].count++;
    }
  };
  const addForecasts = (method) => (cells) => {
    const [p50, , actual] = cells.slice(5);
    if (actual !== '') add(method, cells, Number(p50), Number(actual));
  };
  await eachRow(join(folder, 'forecasts.csv.gz'), addForecasts('served'));
  await eachRow(join(folder, 'baselines.csv.gz'), ([origin, server, metric, method, step, p50]) => {
    if (method !== LINE && method !== UNIT) return;
    const actual = actuals.get(`${origin},${server},${metric},${step}`);
    if (actual !== undefined) add(method, [origin, server, metric, step], Number(p50), actual);
  });
  if (aloneFolder !== undefined) await eachRow(join(aloneFolder, 'forecasts.csv.gz'), addForecasts('alone'));
}

function isScored({ errors }) {
  return errors.served !== undefined && errors[UNIT]?.sum > 0;
}

function rampTable(ramps, scope) {
  const scored = ramps.filter((ramp) => isScored(ramp[scope]));
  const rowsOf = (list) => list.map((ramp) => ramp[scope]);
  const byMetric = [...groupBy(scored, ({ metric }) => metric)].sort(([a], [b]) => (a < b ? -1 : 1));
  return table(
    ['metric', 'ramps', 'origins', 'served / line', 'geometric', 'alone / line', 'geometric', 'served / persistence'],
    [...byMetric.map(([metric, list]) => rampRow(metric, rowsOf(list))), rampRow('all', rowsOf(scored))],
  );
}

function rampRow(name, ramps) {
  const errorsOf = (method) => ramps.map(({ errors }) => mean(errors[method]) / mean(errors[UNIT]));
  const line = errorsOf(LINE);
  const ratios = (method) => {
    if (ramps.some(({ errors }) => errors[method] === undefined)) return ['', ''];
    const errors = errorsOf(method);
    const logs = errors.map((error, i) => Math.log(error / line[i]));
    return [sumOf(errors) / sumOf(line), Math.exp(sumOf(logs) / logs.length)].map((ratio) => ratio.toFixed(3));
  };
  const origins = sumOf(ramps.map((ramp) => ramp.origins.size));
  const rise = sumOf(errorsOf('served')) / ramps.length;
  return [name, ramps.length, origins, ...ratios('served'), ...ratios('alone'), rise.toFixed(3)];
}

function mean({ sum, count }) {
  return sum / count;
}

/** Shifts: when the error over the next hour is back at what was usual before. */
async function scoreShifts(labels, folder) {
  const shifts = labels
    .filter(({ kind, start, end }) => kind === 'level_shift' && end - start >= AFTER + HOUR)
    .map(({ server, start, facts }) => ({ server, metric: facts.metric, start, errors: new Map() }));
  const bySeries = groupBy(shifts, ({ server, metric }) => `${server},${metric}`);
  await eachRow(join(folder, 'forecasts.csv.gz'), ([origin, server, metric, step, , p50, , actual]) => {
    if (Number(step) * STEP > HOUR || actual === '') return;
    const now = Number(origin) + STEP;
    for (const { start, errors } of bySeries.get(`${server},${metric}`) ?? []) {
      if (now < start - CONTROL - BEFORE || now > start + AFTER) continue;
      const known = errors.get(now) ?? { sum: 0, count: 0 };
      errors.set(now, { sum: known.sum + Math.abs(Number(p50) - Number(actual)), count: known.count + 1 });
    }
  });
  const recoveries = (offset) =>
    shifts.map((shift) => recovery(shift, shift.start + offset)).filter((found) => found !== undefined);
  const found = recoveries(0);
  if (found.length === 0)
    throw new Error(`${folder} has no level shift with forecasts around it; choose more --origins`);
  const rows = [...groupBy(found, ({ metric }) => metric)].sort().map(([metric, list]) => shiftRow(metric, list));
  return table(
    ['metric', 'shifts', 'recovered within 2 h', 'median', 'p90', ...AGES.map((age) => `error after ${minutes(age)}`)],
    [...rows, shiftRow('all', found), shiftRow('no shift', recoveries(-CONTROL))],
  );
}

/** @returns undefined if too little is known around `at` */
function recovery({ metric, errors }, at) {
  const before = [...errors].filter(([now]) => now >= at - BEFORE && now + HOUR <= at).map(([, error]) => mean(error));
  const after = [...errors].filter(([now]) => now >= at).sort(([a], [b]) => a - b);
  if (before.length < LEAST_BEFORE || after.length === 0) return undefined;
  // What no sensor shows does not count: a metric without any error before a shift could never recover.
  const usual = Math.max(quantile(before, 0.5), 1e-9);
  const back = after.find(([, error]) => mean(error) <= RECOVERED * usual);
  const relative = AGES.map((age) => {
    const error = after.find(([now]) => now >= at + age)?.[1];
    return error === undefined ? Number.NaN : mean(error) / usual;
  });
  return { metric, seconds: back === undefined ? Number.POSITIVE_INFINITY : back[0] - at, relative };
}

function shiftRow(name, found) {
  const seconds = found.map((shift) => shift.seconds);
  const share = seconds.filter((each) => each <= 2 * HOUR).length / seconds.length;
  const errors = AGES.map((_, i) => {
    const known = found.map(({ relative }) => relative[i]).filter((error) => !Number.isNaN(error));
    return known.length === 0 ? '' : quantile(known, 0.5).toFixed(2);
  });
  return [
    name,
    found.length,
    `${Math.round(100 * share)} %`,
    minutes(quantile(seconds, 0.5)),
    minutes(quantile(seconds, 0.9)),
    ...errors,
  ];
}

function minutes(seconds) {
  return seconds === Number.POSITIVE_INFINITY ? `> ${AFTER / 60} min` : `${seconds / 60} min`;
}

/** The smallest value that a share of the values does not exceed. */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

/** A table of Markdown. */
function table(header, rows) {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Records what linborg would have served about a simulated fleet, or about recorded traces, bucket by bucket: the samples go through
 * the windows, the model, the ledger, scoring and the watch over the fleet, as in `serve`, only that a cycle is 5 minutes long and
 * every bucket complete.
 *
 *   node bench/scenarios/record.mjs --out FOLDER [--servers 20] [--seed 1] [--days 7] [--scenarios KIND,KIND]
 *     [--scenarios-per-server-week 0.5] [--end EPOCH] [--model models/default] [--metrics METRIC,METRIC] [--episodes]
 *
 *   node bench/scenarios/record.mjs --out FOLDER --csv TRACES [--servers 20] [--days 7] [--threshold METRIC=VALUE …] …
 *
 * Of traces, the last --days of each are recorded, as if all had ended at one moment. With --episodes, a server is followed only while an incident of its own is under way and from an hour before: many more of them for
 * the same work, where what happens in between does not matter.
 *
 * Writes FOLDER/labels.csv and FOLDER/served.jsonl.gz: per bucket its end, and per server its state, its deviations and what was served.
 */
import { createWriteStream, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { limitOverride, withLimits } from '../../dist/app/backtest/incidents/limitOverrides.js';
import { openTraceFolders } from '../../dist/app/backtest/traceSource.js';
import { benchConfig } from '../../dist/app/bench/benchConfig.js';
import { runCycle } from '../../dist/app/cycle.js';
import { createTruth, recordForecasts } from '../../dist/app/fleetTruth.js';
import { ForecastPool } from '../../dist/app/forecasting/pool.js';
import { topReasons } from '../../dist/core/topReasons.js';
import { DeviationMemory } from '../../dist/scoring/deviations.js';
import { FleetWatch } from '../../dist/scoring/fleet.js';
import { LevelMemory } from '../../dist/scoring/riskLevel.js';
import { createFleet } from '../../dist/simulator/fleet.js';
import { fleetBatch } from '../../dist/simulator/fleetBatch.js';
import { labelsCsv } from '../../dist/simulator/labels.js';
import { WindowStore } from '../../dist/windows/store.js';
import { rounded, STEP, THRESHOLDED } from './recording.mjs';

const DAY_STEPS = 288;
/** Eight days are known before the first bucket that is recorded; the ledger learns by the hour in the last seven of them. */
const HISTORY_STEPS = 8 * DAY_STEPS;
const LEDGER_STEPS = 7 * DAY_STEPS;
/** Deviations need forecasts of an hour before, and a server's own limit of stress takes a while to settle. */
const SETTLING_STEPS = DAY_STEPS;
/** With --episodes, a server is followed from so long before. */
const BEFORE = 3600;

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' },
    servers: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '7' },
    end: { type: 'string', default: '1780272000' },
    scenarios: { type: 'string' },
    'scenarios-per-server-week': { type: 'string', default: '0.5' },
    model: { type: 'string', default: 'models/default' },
    csv: { type: 'string' },
    threshold: { type: 'string', multiple: true, default: [] },
    metrics: { type: 'string' },
    episodes: { type: 'boolean', default: false },
  },
});
if (flags.out === undefined) {
  process.stderr.write(
    'usage: record.mjs --out FOLDER [--servers N] [--seed N] [--days N] [--scenarios KIND,KIND] …\n',
  );
  process.exit(2);
}

const METRICS = new Set(flags.metrics?.split(',') ?? THRESHOLDED);
const config = benchConfig();
const thresholds = withLimits(config.thresholds, flags.threshold.map(limitOverride));
const end = Math.floor(Number(flags.end) / STEP);
const start = end - Number(flags.days) * DAY_STEPS;
await mkdir(flags.out, { recursive: true });
const samples = flags.csv === undefined ? simulatedSamples() : await recordedSamples(flags.csv);

const { pool, report } = await ForecastPool.start({
  modelPath: flags.model,
  engine: 'auto',
  workers: 1,
  onDeath: (reason) => process.stderr.write(`${reason}\n`),
});
const model = report.manifest.name;
const store = new WindowStore(config.windows);
const truth = createTruth(model, { options: config.truth, stepSeconds: STEP, isSpread: false });
const watch = new FleetWatch();
const deviations = new DeviationMemory();
const levels = new LevelMemory(STEP);
const file = createGzip();
file.pipe(createWriteStream(join(flags.out, 'served.jsonl.gz')));

feed(start - HISTORY_STEPS, start - LEDGER_STEPS);
for (let step = start - LEDGER_STEPS; step < end; step++) {
  feed(step, step + 1);
  const isFollowed = step >= start - SETTLING_STEPS;
  // By the hour: what falls due is compared before a server is forecast anew.
  const isTick = (step + 1) % 12 === 0;
  if (!isFollowed && !isTick) continue;
  const at = (step + 1) * STEP;
  const followed = store
    .frames(at)
    .filter(({ server }) => isTick || !flags.episodes || samples.hasIncident(server, at - STEP, at + BEFORE));
  const result = await cycle(followed, at, isTick);
  if (!isFollowed) continue;
  for (const { frame, forecasts } of result.servers) {
    deviations.judge(frame);
    deviations.remember(frame, forecasts);
    watch.judge(frame, deviations);
  }
  const fleetReport = watch.conclude(deviations, at);
  if (step >= start - DAY_STEPS) file.write(`${JSON.stringify(lineOf(at, step >= start, result, fleetReport))}\n`);
  if (step % DAY_STEPS === 0) process.stderr.write(`${flags.out}: ${(step - start) / DAY_STEPS} days\n`);
}
await pool.close();
file.end();

/** Takes in the samples of steps from ≤ step < to. */
function feed(from, to) {
  const batch = samples.between(from, to);
  store.ingest({ ...batch, series: batch.series.filter(({ metric }) => METRICS.has(metric)) });
}

/** The simulated fleet; writes its labels.csv. */
function simulatedSamples() {
  const fleet = createFleet({
    servers: Number(flags.servers),
    seed: Number(flags.seed),
    scenariosPerServerWeek: Number(flags['scenarios-per-server-week']),
    scenarios: flags.scenarios?.split(','),
  });
  writeFileSync(join(flags.out, 'labels.csv'), labelsCsv(fleet, start * STEP, end * STEP));
  const servers = new Map(fleet.servers.map((server) => [server.name, server]));
  return {
    between: (from, to) => fleetBatch(fleet, from, to),
    hasIncident: (server, from, to) =>
      servers
        .get(server)
        .episodesBetween(from, to)
        .some(({ isIncident }) => isIncident),
  };
}

/** Traces, each moved so that its last bin is the last one before `end`; their labels.csv is empty. */
async function recordedSamples(folder) {
  const { profiles } = config.windows;
  const { traces } = await openTraceFolders([folder], { profiles, servers: Number(flags.servers) });
  const series = [];
  for (let next = await traces.next(); !next.done; next = await traces.next()) {
    const { server, values } = next.value;
    for (const [metric, column] of values) series.push({ server, metric, column });
  }
  writeFileSync(join(flags.out, 'labels.csv'), 'server,start,end,kind,detail\n');
  return {
    hasIncident: () => true,
    between(from, to) {
      const times = Float64Array.from({ length: to - from }, (_, i) => (from + i) * STEP);
      const part = (column) => Float64Array.from(times, (_, i) => column[column.length - end + from + i] ?? Number.NaN);
      const batch = series.map(({ server, metric, column }) => ({ server, metric, times, values: part(column) }));
      return { kind: 'buckets', source: 'traces', at: to * STEP, series: batch };
    },
  };
}

async function cycle(frames, at, isTick) {
  for (const frame of frames) truth.resolve(frame, frame.newest + 1);
  truth.settle(at);
  const isDue = frames.map(({ server }) => isTick && truth.isDue(server, at));
  const result = await runCycle(frames, at, thresholds, {
    forecastRows: (job) => pool.forecast(job),
    model,
    wantsDetails: (i) => isDue[i],
    planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
    recalibrate: ({ server, profile }, metric, raw) => truth.incidents.apply({ server, metric, profile }, raw),
  });
  result.servers.forEach(({ frame, forecasts, risk }, i) => {
    if (isDue[i]) recordForecasts(truth, { frame, at, forecasts, risk, details: result.details[i], wasServed: true });
  });
  return result;
}

function lineOf(at, isScored, { servers }, { stressed, cascade }) {
  return {
    at,
    isScored,
    cascade: cascade && { score: cascade.score, members: cascade.members.map(({ server }) => server) },
    servers: servers.map(({ frame, risk }) => ({
      server: frame.server,
      profile: frame.profile,
      state: frame.state,
      newest: frame.newest,
      stress: stressed.find(({ server }) => server === frame.server)?.stress,
      anomalies: Object.fromEntries(anomaliesOf(frame).map(({ metric, score }) => [metric, rounded(score)])),
      deviations: Object.fromEntries(
        frame.metrics.map((metric) => [metric, rounded(deviations.at(frame.server, metric, frame.newest))]),
      ),
      risk: risk && described(levels.hold(risk), frame),
    })),
  };
}

/** Nothing is told of a silent server. */
function anomaliesOf(frame) {
  return frame.state === 'stale' ? [] : deviations.anomalies(frame);
}

/** What is served of a risk, and the values and limits behind it. */
function described(risk, frame) {
  return {
    score: rounded(risk.score),
    probability: risk.incidentProbability,
    color: risk.color,
    trends: Object.fromEntries(
      topReasons(risk).flatMap(({ metric, trendPerHour: trend }) =>
        trend === undefined ? [] : [[metric, rounded(trend)]],
      ),
    ),
    points: Object.fromEntries(topReasons(risk).map(({ metric, points }) => [metric, rounded(points)])),
    breached: risk.thresholds.filter(({ breached }) => breached).map(({ metric }) => metric),
    limits: Object.fromEntries(risk.thresholds.map(({ metric, threshold }) => [metric, rounded(threshold)])),
    usual: Object.fromEntries(
      risk.thresholds.flatMap(({ metric, usualPeak }) =>
        usualPeak === undefined ? [] : [[metric, rounded(usualPeak)]],
      ),
    ),
    values: Object.fromEntries(frame.metrics.map((metric, row) => [metric, rounded(newestValue(frame, row))])),
    probabilities: Object.fromEntries(
      risk.thresholds.map(({ metric, probability }) => [
        metric,
        probability && Object.values(probability).map(rounded),
      ]),
    ),
    seconds: Object.fromEntries(risk.timeToThreshold.map(({ metric, seconds }) => [metric, seconds])),
  };
}

function newestValue({ values, capacity, newest }, row) {
  return values[row * capacity + (newest % capacity)];
}

/**
 * Records what linborg would have served about a simulated fleet, bucket by bucket: the samples go through the windows, the model,
 * the ledger, scoring and the watch over the fleet, as in `serve`, only that a cycle is 5 minutes long and every bucket complete.
 *
 *   node bench/scenarios/record.mjs --out FOLDER [--servers 20] [--seed 1] [--days 7] [--scenarios KIND,KIND]
 *     [--scenarios-per-server-week 0.5] [--end EPOCH] [--model models/default] [--metrics METRIC,METRIC] [--episodes]
 *
 * With --episodes, a server is followed only while an incident of its own is under way and from an hour before: many more of them for
 * the same work, where what happens in between does not matter.
 *
 * Writes FOLDER/labels.csv and FOLDER/served.jsonl.gz: per bucket its end, and per server its state, its deviations and what was served.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { benchConfig } from '../../dist/app/bench/benchConfig.js';
import { runCycle } from '../../dist/app/cycle.js';
import { createTruth, recordForecasts } from '../../dist/app/fleetTruth.js';
import { ForecastPool } from '../../dist/app/forecasting/pool.js';
import { FleetMonitor } from '../../dist/app/service/fleetMonitor.js';
import { DeviationMemory } from '../../dist/scoring/deviations.js';
import { createFleet } from '../../dist/simulator/fleet.js';
import { fleetBatch } from '../../dist/simulator/fleetBatch.js';
import { labelsCsv } from '../../dist/simulator/labels.js';
import { WindowStore } from '../../dist/windows/store.js';

const STEP = 300;
const DAY_STEPS = 288;
/** Eight days are known before the first bucket that is recorded; the ledger learns by the hour in the last seven of them. */
const HISTORY_STEPS = 8 * DAY_STEPS;
const LEDGER_STEPS = 7 * DAY_STEPS;
/** Deviations need forecasts of an hour before, and a server's own limit of stress takes a while to settle. */
const SETTLING_STEPS = DAY_STEPS;
/** What has no threshold alarms nobody, and forecasts of one series need no other. */
const THRESHOLDED = [
  'cpu_idle_pct',
  'cpu_iowait_pct',
  'java_cpu_pct',
  'mem_used_pct',
  'swap_used_pct',
  'disk_usage_pct',
  'back_close_wait',
  'front_close_wait',
  'load_average',
];
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
const fleet = createFleet({
  servers: Number(flags.servers),
  seed: Number(flags.seed),
  scenariosPerServerWeek: Number(flags['scenarios-per-server-week']),
  scenarios: flags.scenarios?.split(','),
});
const end = Math.floor(Number(flags.end) / STEP);
const start = end - Number(flags.days) * DAY_STEPS;
await mkdir(flags.out, { recursive: true });
await writeFile(join(flags.out, 'labels.csv'), labelsCsv(fleet, start * STEP, end * STEP));

const { pool, report } = await ForecastPool.start({
  modelPath: flags.model,
  engine: 'auto',
  workers: 1,
  onDeath: (reason) => process.stderr.write(`${reason}\n`),
});
const model = report.manifest.name;
const store = new WindowStore(config.windows);
const truth = createTruth(model, { options: config.truth, stepSeconds: STEP, isSpread: false });
const monitor = new FleetMonitor();
const deviations = new DeviationMemory();
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
  const followed = store.frames(at).filter(({ server }) => isTick || !flags.episodes || hasIncident(server, at));
  const result = await cycle(followed, at, isTick);
  if (!isFollowed) continue;
  const fleetReport = monitor.observe(result);
  for (const { frame, forecasts } of result.servers) {
    deviations.judge(frame);
    deviations.remember(frame, forecasts);
  }
  if (step >= start - DAY_STEPS) file.write(`${JSON.stringify(lineOf(at, step >= start, result, fleetReport))}\n`);
  if (step % DAY_STEPS === 0) process.stderr.write(`${flags.out}: ${(step - start) / DAY_STEPS} days\n`);
}
await pool.close();
file.end();

/** Samples of steps from ≤ step < to. */
function feed(from, to) {
  const batch = fleetBatch(fleet, from, to);
  store.ingest({ ...batch, series: batch.series.filter(({ metric }) => METRICS.has(metric)) });
}

function hasIncident(server, at) {
  const episodes = fleet.servers.find(({ name }) => name === server).episodesBetween(at - STEP, at + BEFORE);
  return episodes.some(({ isIncident }) => isIncident);
}

async function cycle(frames, at, isTick) {
  for (const frame of frames) truth.resolve(frame, frame.newest + 1);
  truth.settle(at);
  const isDue = frames.map(({ server }) => isTick && truth.isDue(server, at));
  const result = await runCycle(frames, at, config.thresholds, {
    forecastRows: (job) => pool.forecast(job),
    model,
    wantsDetails: (i) => isDue[i],
    planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
  });
  result.servers.forEach(({ frame, forecasts }, i) => {
    if (isDue[i]) recordForecasts(truth, { frame, at, forecasts, details: result.details[i], wasServed: true });
  });
  return result;
}

function lineOf(at, isScored, { servers }, { stressed, cascade, anomalies }) {
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
      anomalies: Object.fromEntries(
        (anomalies.get(frame.server) ?? []).map(({ metric, score }) => [metric, rounded(score)]),
      ),
      deviations: Object.fromEntries(
        frame.metrics.map((metric) => [metric, rounded(deviations.at(frame.server, metric, frame.newest))]),
      ),
      risk: risk && {
        score: rounded(risk.score),
        probability: risk.incidentProbability,
        breached: risk.thresholds.filter(({ breached }) => breached).map(({ metric }) => metric),
        limits: Object.fromEntries(risk.thresholds.map(({ metric, threshold }) => [metric, rounded(threshold)])),
        values: Object.fromEntries(frame.metrics.map((metric, row) => [metric, rounded(newestValue(frame, row))])),
        probabilities: Object.fromEntries(
          risk.thresholds.map(({ metric, probability }) => [
            metric,
            probability && Object.values(probability).map(rounded),
          ]),
        ),
        seconds: Object.fromEntries(risk.timeToThreshold.map(({ metric, seconds }) => [metric, seconds])),
      },
    })),
  };
}

function newestValue({ values, capacity, newest }, row) {
  return values[row * capacity + (newest % capacity)];
}

/** JSON has no NaN: null. */
function rounded(value) {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null;
}

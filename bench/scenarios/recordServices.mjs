/**
 * As recordByHand.mjs, of HTTP services instead of servers: the simulated pipeline of `linborg demo` with the rate, the share of errors and the 95th
 * percentile of the latency of each service in buckets of five minutes, as the pack of targets `services` would ask for them, for the category `api`.
 *
 *   node bench/scenarios/recordServices.mjs --out FOLDER [--seed 1] [--days 28] [--end EPOCH] [--disturbances-per-week 0]
 *
 * A load that wanders by 6 % comes to what the services do by themselves; requests come by chance (Poisson), errors in clusters of five. A disturbance is one of:
 * errors (5 to 40 % of the requests fail), slowness (2 to 6 times as slow), silence (5 to 40 % of the requests are left), of one service and half as much of all before it, for 20 minutes to 3 hours.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { normal, randomInt, seededRandom, seedFor } from '../../dist/core/random.js';
import { DeviationMemory } from '../../dist/scoring/deviations.js';
import { messagesUntil, SERVICES } from '../../dist/simulator/services/service.js';
import { DAY_STEPS, deviationsAt, HandForecast, HISTORY_STEPS } from './handForecast.mjs';
import { API_METRICS, STEP } from './recording.mjs';

const WEEK_STEPS = 7 * DAY_STEPS;
/** How the load wanders: its spread, and what is left of it in the next bucket (half in an hour). */
const WANDER = { spread: 0.06, left: 2 ** (-1 / 12) };
const ERRORS_PER_CLUSTER = 5;
/** −log 0.05: the 95th percentile of an exponential distribution, in means. */
const P95_IN_MEANS = 3;
/** Latency grows with the load, and by chance. */
const LATENCY_SPREAD = 0.05;

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '28' },
    end: { type: 'string', default: '1780272000' },
    'disturbances-per-week': { type: 'string', default: '0' },
  },
});
if (flags.out === undefined) {
  process.stderr.write('usage: recordServices.mjs --out FOLDER [--seed N] [--days N] [--disturbances-per-week N]\n');
  process.exit(2);
}

const KINDS = {
  errors: (random) => ({ errorRatio: between(random, 0.05, 0.4) }),
  slowness: (random) => ({ slower: between(random, 1, 5) }),
  silence: (random) => ({ lost: between(random, 0.6, 0.95) }),
};

const seed = Number(flags.seed);
const end = Math.floor(Number(flags.end) / STEP);
const start = end - Number(flags.days) * DAY_STEPS;
const origin = start - DAY_STEPS - HISTORY_STEPS;
const length = end - origin;
const disturbances = drawDisturbances(seededRandom(seedFor(seed, 'disturbances')));
await mkdir(flags.out, { recursive: true });
await writeFile(join(flags.out, 'labels.csv'), labelsOf(disturbances));

const subjects = SERVICES.map((service, place) => ({
  server: service.name,
  metrics: API_METRICS,
  series: courseOf(service, place).map((values) => new HandForecast(values)),
}));
const memory = new DeviationMemory();
const file = createGzip();
file.pipe(createWriteStream(join(flags.out, 'served.jsonl.gz')));
for (let i = HISTORY_STEPS; i < length; i++) {
  const servers = subjects.map((subject) => ({
    server: subject.server,
    state: 'ok',
    newest: origin + i,
    deviations: deviationsAt(subject, i, memory),
  }));
  file.write(`${JSON.stringify({ at: (origin + i + 1) * STEP, isScored: origin + i >= start, servers })}\n`);
}
file.end();

/** Disturbances that begin while it is recorded and do not touch each other. */
function drawDisturbances(random) {
  const count = Math.round((Number(flags['disturbances-per-week']) * (end - start)) / WEEK_STEPS);
  const slot = (end - start) / count;
  return Array.from({ length: count }, (_, i) => {
    const steps = Math.round(4 * (36 / 4) ** random());
    const first = start - origin + Math.floor(i * slot + random() * (slot - 60));
    const kind = Object.keys(KINDS)[randomInt(random, 3)];
    return { kind, place: randomInt(random, SERVICES.length), first, end: first + steps, ...KINDS[kind](random) };
  });
}

/** Rate, share of errors and latency of a service: [API_METRICS][length]. */
function courseOf(service, place) {
  const random = seededRandom(seedFor(seed, service.name));
  const course = API_METRICS.map(() => new Float64Array(length));
  let wander = 0;
  for (let i = 0; i < length; i++) {
    wander = WANDER.left * wander + Math.sqrt(1 - WANDER.left ** 2) * WANDER.spread * normal(random);
    const { errorRatio = 0, slower = 0, lost = 0 } = disturbanceAt(place, i);
    const at = (origin + i) * STEP;
    const usual = messagesUntil(service, at + STEP) - messagesUntil(service, at);
    const requests = Math.max(1, aroundCount(random, usual * (1 + wander) * (1 - lost)));
    const clusters = (requests * (service.errorRatio + errorRatio)) / ERRORS_PER_CLUSTER;
    course[0][i] = requests / STEP;
    course[1][i] = Math.min(1, (ERRORS_PER_CLUSTER * aroundCount(random, clusters)) / requests);
    const chance = 1 + wander + LATENCY_SPREAD * normal(random);
    course[2][i] = P95_IN_MEANS * service.meanSeconds * Math.max(0.2, chance) * (1 + slower);
  }
  return course;
}

/** What is the matter with a service in a step: half of what a service after it has. */
function disturbanceAt(place, i) {
  const now = disturbances.find((one) => one.first <= i && i < one.end && place <= one.place);
  if (now === undefined) return {};
  const share = place === now.place ? 1 : 0.5;
  const { errorRatio, slower, lost } = now;
  return {
    ...(errorRatio !== undefined && { errorRatio: share * errorRatio }),
    ...(slower !== undefined && { slower: share * slower }),
    ...(lost !== undefined && { lost: share * lost }),
  };
}

/** The form of the simulator's: a line per service that is touched. */
function labelsOf(list) {
  const lines = list.flatMap(({ kind, place, first, end: last }) =>
    SERVICES.slice(0, place + 1).map(
      ({ name }) => `${name},${(origin + first) * STEP},${(origin + last) * STEP},${kind},incident=true`,
    ),
  );
  return ['server,start,end,kind,detail', ...lines, ''].join('\n');
}

/** A count that comes by chance, by the normal distribution, which is near enough from a few on. */
function aroundCount(random, mean) {
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
}

function between(random, low, high) {
  return low + (high - low) * random();
}

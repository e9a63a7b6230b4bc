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
import { DeviationMemory } from '../../dist/scoring/deviations.js';
import { createFleet } from '../../dist/simulator/fleet.js';
import { fleetBatch } from '../../dist/simulator/fleetBatch.js';
import { labelsCsv } from '../../dist/simulator/labels.js';
import { DAY_STEPS, deviationsAt, HandForecast, HISTORY_STEPS } from './handForecast.mjs';
import { STEP, THRESHOLDED } from './recording.mjs';

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
      return {
        server: server.name,
        profile: server.profile,
        state: isDown ? 'stale' : 'ok',
        newest: origin + i,
        deviations: deviationsAt({ server: server.name, metrics, series }, i, deviations),
      };
    }),
  };
}

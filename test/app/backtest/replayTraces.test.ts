import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ForecastCritic } from '../../../src/app/backtest/critic.js';
import { type ReplayEvent, type ReplaySettings, replayTraces } from '../../../src/app/backtest/replayTraces.js';
import { type ServerTrace, toServerTrace } from '../../../src/app/backtest/serverTrace.js';
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import { seededRandom } from '../../../src/core/random.js';
import { CANDIDATES_SIZE, FORECAST_SIZE } from '../../../src/model/forecaster.js';
import { STATIC_FIGURES } from '../../../src/model/inputs/contract.js';
import { evidenceLayout, evidenceSize } from '../../../src/model/network/network.js';
import { DEFAULT_HYPERPARAMETERS } from '../../../src/model/network/parameters.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import { windowFields, windowOptionsOf } from '../../../src/windows/options.js';
import { livelyColumns, START, STEP } from './traces.js';

const layout = evidenceLayout(DEFAULT_HYPERPARAMETERS);

/** A "forecast" that depends on every number that a worker can reach, whether a model would look at it or not. */
const everythingInReach: ForecastRows = async ({ servers, rows, details }) => {
  const count = rows.length / ROW_WIDTH;
  const values = new Float32Array(count * FORECAST_SIZE);
  for (let i = 0; i < count; i++) {
    const { values: ring, newest } = servers[rows[i * ROW_WIDTH]!]!;
    let sum = newest % 1000;
    for (let k = 0; k < ring.length; k++) {
      if (!Number.isNaN(ring[k]!)) sum = (sum + ring[k]! * (1 + (k % 97))) % 1000;
    }
    values.fill(sum, i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
  }
  const behind = {
    candidates: new Float32Array(count * CANDIDATES_SIZE),
    figures: new Float32Array(count * STATIC_FIGURES.length),
  };
  return { values, layout, evidence: new Float32Array(count * evidenceSize(layout)), ...(details ? behind : {}) };
};

function partsOf(more: Partial<ReplaySettings> = {}): ReplaySettings {
  return {
    schedule: { origins: 8, last: 0.3, startAt: undefined, risk: true },
    windows: windowOptionsOf(z.object(windowFields).parse({})),
    thresholds: thresholdsSchema.parse({}),
    forecastRows: everythingInReach,
    model: 'm',
    yardstickRows: undefined,
    createCritic: undefined,
    ...more,
  };
}

function traceOf(server: string, columns: Readonly<Record<string, Float64Array>>): ServerTrace {
  const times = Float64Array.from(Object.values(columns)[0]!, (_, i) => START + i * STEP);
  const series = Object.entries(columns).map(([metric, values]) => ({ server, metric, times, values }));
  return toServerTrace(series, { dataset: 'd', stepSeconds: STEP, profiles: [] })!;
}

async function* iterate(traces: readonly ServerTrace[]): AsyncGenerator<ServerTrace, undefined> {
  yield* traces;
  return undefined;
}

async function replay(traces: readonly ServerTrace[], parts = partsOf()): Promise<ReplayEvent[]> {
  const events: ReplayEvent[] = [];
  for await (const event of replayTraces(iterate(traces), parts)) events.push(event);
  return events;
}

/** All forecasts up to a moment: server, metric, origin and value, which is the same at every step, as text. */
function forecastsUntil(events: readonly ReplayEvent[], at: number): string[] {
  return events
    .flatMap((event) => (event.kind === 'round' ? event.outcomes : []))
    .filter((outcome) => outcome.at <= at)
    .flatMap(({ forecasts }) => forecasts)
    .map(({ server, metric, origin, values }) => `${server} ${metric} ${origin} ${values[0]}`);
}

describe('replayTraces', () => {
  it('lets no forecast reach what comes after its moment, whatever that is', async () => {
    const bins = 700;
    const columns = livelyColumns(bins, 1);
    const plain = await replay([traceOf('a', columns)]);
    const scramble = fc.record({ cut: fc.integer({ min: 500, max: bins - 1 }), seed: fc.nat() });
    await fc.assert(
      fc.asyncProperty(scramble, async ({ cut, seed }) => {
        const random = seededRandom(seed);
        const scrambled = Object.fromEntries(
          Object.entries(columns).map(([name, values]) => [
            name,
            values.map((value, i) => (i < cut ? value : random() < 0.2 ? Number.NaN : 100 * random())),
          ]),
        );
        const other = await replay([traceOf('a', scrambled)]);
        const moment = START + cut * STEP;
        const before = forecastsUntil(plain, moment);
        expect(before.length).toBeGreaterThan(0);
        expect(forecastsUntil(other, moment)).toEqual(before);
      }),
      { numRuns: 10 },
    );
  });

  it('sees the bin just before its moment: another value there is another forecast', async () => {
    const columns = livelyColumns(700, 1);
    const changed = { ...columns, cpu_user_pct: columns['cpu_user_pct']!.with(599, 99) };
    const moment = START + 600 * STEP;
    const [plain, other] = [await replay([traceOf('a', columns)]), await replay([traceOf('a', changed)])];
    expect(forecastsUntil(other, moment - STEP)).toEqual(forecastsUntil(plain, moment - STEP));
    expect(forecastsUntil(other, moment)).not.toEqual(forecastsUntil(plain, moment));
  });

  it('forecasts the same whatever stands beside a server and in whatever data set', async () => {
    const traces = Array.from({ length: 5 }, (_, i) => ({
      ...traceOf(`s${i}`, livelyColumns(500 + 40 * i, i)),
      dataset: i < 2 ? 'd' : `d${i}`,
    }));
    const alone = (await Promise.all(traces.map((trace) => replay([trace])))).flatMap((events) =>
      forecastsUntil(events, Number.POSITIVE_INFINITY),
    );
    const together = await replay(traces);
    expect(forecastsUntil(together, Number.POSITIVE_INFINITY).sort()).toEqual(alone.sort());
  });

  it('finishes every server once, those that are too short too', async () => {
    const traces = [traceOf('short', livelyColumns(200, 1)), traceOf('long', livelyColumns(500, 2))];
    const events = await replay(traces);
    const finished = events.flatMap((event) => (event.kind === 'finished' ? [event.trace.server] : []));
    expect(finished).toEqual(['short', 'long']);
    const started = events.filter(({ kind }) => kind === 'started');
    const stops = events.flatMap((event) => (event.kind === 'round' ? event.outcomes : [])).length;
    expect(started).toEqual([{ kind: 'started', servers: 2, stops }]);
  });

  it('lets the servers of a data set learn from each other in the order of time, and data sets apart', async () => {
    const critics: { moments: number[]; servers: Set<string>; newest: number[] }[] = [];
    const createCritic = (): ForecastCritic => {
      const noted = { moments: [] as number[], servers: new Set<string>(), newest: [] as number[] };
      critics.push(noted);
      return {
        resolve: ({ server, newest }) => {
          noted.servers.add(server);
          noted.newest.push(newest);
        },
        settle: (at) => noted.moments.push(at),
        planOf: () => undefined,
        recalibrate: (_frame, _metric, raw) => raw,
        record: () => {},
      };
    };
    const later = (trace: ServerTrace, bins: number): ServerTrace => ({
      ...trace,
      first: trace.first + bins,
      times: trace.times.map((time) => time + bins * STEP),
    });
    const traces = [
      later(traceOf('late', livelyColumns(500, 1)), 7),
      later(traceOf('later', livelyColumns(500, 2)), 100_000),
      traceOf('early', livelyColumns(500, 3)),
      { ...traceOf('elsewhere', livelyColumns(500, 4)), dataset: 'other' },
    ];
    await replay(traces, partsOf({ createCritic }));
    expect(critics.map(({ servers }) => [...servers].sort())).toEqual([['early', 'late', 'later'], ['elsewhere']]);
    for (const { moments, newest } of critics) {
      expect(moments).toEqual([...new Set(moments)].sort((a, b) => a - b));
      expect(newest).toEqual([...newest].sort((a, b) => a - b));
      expect(newest.at(-1)).toBe(moments.at(-1)! / STEP - 1);
    }
  });

  it('fills jobs with the rows of many servers', async () => {
    const sizes: number[] = [];
    const noted: ForecastRows = (job) => {
      sizes.push(job.rows.length / ROW_WIDTH);
      return everythingInReach(job);
    };
    const schedule = { origins: 3, last: 0.3, startAt: undefined, risk: false };
    const traces = Array.from({ length: 40 }, (_, i) => traceOf(`s${i}`, livelyColumns(500, i)));
    await replay(traces, partsOf({ forecastRows: noted, schedule }));
    expect(Math.min(...sizes)).toBe(120);
  });
});

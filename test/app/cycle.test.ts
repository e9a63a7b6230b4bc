import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCycle } from '../../src/app/cycle.js';
import { ForecastPool } from '../../src/app/forecasting/pool.js';
import type { ForecastJob } from '../../src/app/forecasting/protocol.js';
import { publishCycle } from '../../src/exposition/publishedCycle.js';
import { thresholdsSchema } from '../../src/scoring/options.js';
import { DEFAULT_OPTIONS } from '../exposition/fleet.js';
import { startServer } from '../web/running.js';
import { REPOSITORY } from './fixtures/cli.js';
import { FRAMES_AT, simulatedFrames } from './fixtures/frames.js';
import { statusOf } from './fixtures/scrape.js';

const SERVERS = 1000;
const METRICS = ['cpu_user_pct', 'mem_used_pct'];
const THRESHOLDS = thresholdsSchema.parse({});

let pool: ForecastPool;

beforeAll(async () => {
  const modelPath = path.join(REPOSITORY, 'models/default');
  pool = (await ForecastPool.start({ modelPath, engine: 'auto', workers: 2, onDeath: () => {} })).pool;
});

afterAll(() => pool?.close());

/** Counts the turns of the event loop until it is stopped. */
function watchTurns() {
  const startedAt = performance.now();
  let turns = 0;
  let longestMilliseconds = 0;
  let turnAt = startedAt;
  let isWatching = true;
  const turn = () => {
    const now = performance.now();
    longestMilliseconds = Math.max(longestMilliseconds, now - turnAt);
    turnAt = now;
    turns++;
    if (isWatching) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    turn();
    isWatching = false;
    return { turns, longestMilliseconds, allMilliseconds: performance.now() - startedAt };
  };
}

describe('runCycle', () => {
  it('forecasts and scores a thousand servers while /-/healthy goes on answering', async () => {
    const frames = simulatedFrames({ servers: SERVERS, steps: 60, metrics: METRICS });
    const url = await startServer();
    let isRunning = true;
    const answers: number[] = [];
    const probe = (async () => {
      while (isRunning) {
        answers.push(await statusOf(`${url}/-/healthy`));
        await sleep(5);
      }
    })();
    const stopWatching = watchTurns();
    const result = await runCycle(frames, FRAMES_AT, THRESHOLDS, {
      forecastRows: (job) => pool.forecast(job),
      model: 'default',
    });
    const published = await publishCycle(result, DEFAULT_OPTIONS);
    const { turns, longestMilliseconds, allMilliseconds } = stopWatching();
    isRunning = false;
    await probe;

    expect({ failed: result.failedSeries, why: result.failure }).toEqual({ failed: 0, why: undefined });
    expect(result.servers.map(({ frame }) => frame.server)).toEqual(frames.map(({ server }) => server));
    expect(published.servers.filter(({ risk }) => risk !== undefined)).toHaveLength(SERVERS);
    expect(result.servers.flatMap(({ forecasts }) => forecasts)).toHaveLength(SERVERS * METRICS.length);
    expect(new Set(answers)).toEqual(new Set([200]));
    // Had the model run on this thread, one block would be nearly the whole cycle, and nothing would answer in it.
    expect(longestMilliseconds).toBeLessThan(allMilliseconds / 4);
    expect(turns).toBeGreaterThan(100);
    expect(answers.length).toBeGreaterThan(20);
  });

  it('tells of every threshold what the incident head of the model says, with its direction and its length', async () => {
    const frames = simulatedFrames({ servers: 2, steps: 600, metrics: ['cpu_idle_pct', 'mem_used_pct'] });
    const { servers } = await runCycle(frames, FRAMES_AT, THRESHOLDS, {
      forecastRows: (job) => {
        // Rows go server by server, in the order of their metrics; value, side and steps of each.
        const rows = frames.flatMap(({ metrics }) => metrics.map((metric) => (metric === 'mem_used_pct' ? 1 : -1)));
        rows.forEach((side, i) => {
          const [value, sign, steps] = job.thresholds!.subarray(3 * i, 3 * i + 3);
          expect([sign, steps]).toEqual([side, 3]);
          expect(side === 1 ? value! >= 95 : value! <= 5).toBe(true);
        });
        return pool.forecast(job);
      },
      model: 'default',
    });
    for (const { forecasts, risk } of servers) {
      expect(forecasts.map(({ breachProbability }) => breachProbability?.length)).toEqual([4, 4]);
      for (const { metric, breached, probability } of risk!.thresholds) {
        const said = forecasts.find((forecast) => forecast.metric === metric)!.breachProbability!;
        expect(breached).toBe(false);
        expect(Object.values(probability!)).toEqual([...said]);
      }
    }
  });

  it('scores every frame at a moment of its own, where it is given one', async () => {
    const frames = simulatedFrames({ servers: 2, steps: 60, metrics: METRICS });
    const forecaster = { forecastRows: (job: Omit<ForecastJob, 'id'>) => pool.forecast(job), model: 'default' };
    const { at, servers } = await runCycle(frames, (i) => FRAMES_AT + 60 * i, THRESHOLDS, forecaster);
    expect(servers.map(({ risk }) => risk!.at)).toEqual([FRAMES_AT, FRAMES_AT + 60]);
    expect(at).toBe(FRAMES_AT + 60);
  });

  it('shows a server without forecasts by its state alone', async () => {
    const [warming] = simulatedFrames({ servers: 1, steps: 20 });
    const { servers } = await runCycle([warming!], FRAMES_AT, THRESHOLDS, {
      forecastRows: (job) => pool.forecast(job),
      model: 'default',
    });
    expect(servers).toEqual([{ frame: warming, forecasts: [] }]);
    expect(warming!.state).toBe('warming');
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ForecastRows, forecastFrames } from '../../../src/app/forecasting/forecastFrames.js';
import { ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import type { Frame } from '../../../src/core/flow.js';
import { FORECAST_SIZE, type ForecastBlock } from '../../../src/model/forecaster.js';
import { evidenceLayout, evidenceSize } from '../../../src/model/network/network.js';
import { DEFAULT_HYPERPARAMETERS } from '../../../src/model/network/parameters.js';
import { simulatedFrames } from '../fixtures/frames.js';

const layout = evidenceLayout(DEFAULT_HYPERPARAMETERS);

/** Persistence: every step and level of a row is its newest value, so that a mix-up of rows shows. */
const persistence: ForecastRows = async ({ servers, rows }): Promise<ForecastBlock> => {
  const count = rows.length / ROW_WIDTH;
  const values = new Float32Array(count * FORECAST_SIZE);
  for (let i = 0; i < count; i++) {
    const server = servers[rows[i * ROW_WIDTH]!]!;
    const row = rows[i * ROW_WIDTH + 1]!;
    const newest = server.values[row * server.capacity + (server.newest % server.capacity)]!;
    values.fill(newest, i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
  }
  return { values, layout, evidence: new Float32Array(count * evidenceSize(layout)) };
};

function newestValue({ values, capacity, newest, metrics }: Frame, metric: string): number {
  return values[metrics.indexOf(metric) * capacity + (newest % capacity)]!;
}

/** Notes the number of rows and of servers of every job. */
function noted(forecastRows: ForecastRows): { jobs: { rows: number; servers: number }[]; forecastRows: ForecastRows } {
  const jobs: { rows: number; servers: number }[] = [];
  return {
    jobs,
    forecastRows: (job) => {
      jobs.push({ rows: job.rows.length / ROW_WIDTH, servers: job.servers.length });
      return forecastRows(job);
    },
  };
}

describe('forecastFrames', () => {
  const frames = simulatedFrames({ servers: 40 });
  const rows = frames.reduce((sum, frame) => sum + frame.metrics.length, 0);

  it('fills jobs with the rows of several servers, and only the last one is not full', async () => {
    const { jobs, forecastRows } = noted(persistence);
    await forecastFrames(frames, forecastRows, 'm');
    expect(rows).toBeGreaterThan(512);
    expect(jobs.map((job) => job.rows)).toEqual([256, 256, rows - 512]);
    expect(jobs[0]!.servers).toBeGreaterThan(15);
  });

  it('gives them in the order of the metrics whichever worker is the first to end', async () => {
    const waiting: (() => void)[] = [];
    const lastComesFirst: ForecastRows = async (job) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return persistence(job);
    };
    const answered = forecastFrames(frames, lastComesFirst, 'm');
    while (waiting.length < 3) await nextTurn();
    for (const resolve of waiting.reverse()) {
      resolve();
      await nextTurn();
    }
    const { forecasts } = await answered;
    frames.forEach((frame, i) => {
      expect(forecasts[i]!.map(({ metric }) => metric)).toEqual(frame.metrics);
    });
  });

  it('gives every server its own forecasts, in the order of the frames and of their metrics', async () => {
    const { forecasts, failedSeries, failure } = await forecastFrames(frames, persistence, 'persistence');
    expect({ failedSeries, failure }).toEqual({ failedSeries: 0, failure: undefined });
    expect(forecasts).toHaveLength(frames.length);
    frames.forEach((frame, i) => {
      expect(forecasts[i]!.map(({ metric }) => metric)).toEqual(frame.metrics);
      for (const { server, metric, origin, stepSeconds, values, model } of forecasts[i]!) {
        expect({ server, model, stepSeconds }).toEqual({
          server: frame.server,
          model: 'persistence',
          stepSeconds: 300,
        });
        expect(origin).toBe(frame.newest * 300);
        expect(values).toHaveLength(FORECAST_SIZE);
        expect(values[0]).toBe(newestValue(frame, metric));
      }
    });
  });

  it('loses the series of a failing job alone, counts them and keeps the reason', async () => {
    let calls = 0;
    const secondFails: ForecastRows = async (job) => {
      calls++;
      if (calls === 2) throw new Error('out of memory');
      return persistence(job);
    };
    const { forecasts, failedSeries, failure } = await forecastFrames(frames, secondFails, 'm');
    expect(failedSeries).toBe(256);
    expect(failure).toBe('out of memory');
    expect(forecasts.flat()).toHaveLength(rows - 256);
    expect(forecasts[0]).toHaveLength(frames[0]!.metrics.length);
    expect(forecasts.at(-1)).toHaveLength(frames.at(-1)!.metrics.length);
  });

  it.each([
    { state: 'warming', frames: simulatedFrames({ servers: 2, steps: 20 }) },
    { state: 'stale', frames: simulatedFrames({ servers: 2, age: 12 }) },
  ])('asks nothing for a server that is $state, and gives it an empty list', async ({ state, frames: idle }) => {
    expect(idle.map((frame) => frame.state)).toEqual([state, state]);
    const { jobs, forecastRows } = noted(persistence);
    const { forecasts, failedSeries } = await forecastFrames([idle[0]!, frames[0]!, idle[1]!], forecastRows, 'm');
    expect(jobs).toEqual([{ rows: frames[0]!.metrics.length, servers: 1 }]);
    expect(forecasts.map((list) => list.length)).toEqual([0, frames[0]!.metrics.length, 0]);
    expect(failedSeries).toBe(0);
  });

  it('asks for no forecast that is there already, and gives it back behind the others', async () => {
    const made = await forecastFrames(frames.slice(0, 2), persistence, 'm');
    const [first, ...others] = frames[0]!.metrics;
    const known = (i: number, metric: string) =>
      i === 0 && metric === first ? undefined : made.forecasts[i]!.find((forecast) => forecast.metric === metric);
    const { jobs, forecastRows } = noted(persistence);
    const { forecasts } = await forecastFrames(frames.slice(0, 2), forecastRows, 'm', { known });
    expect(jobs).toEqual([{ rows: 1, servers: 1 }]);
    expect(forecasts[0]!.map(({ metric }) => metric)).toEqual([first, ...others]);
    expect(forecasts[0]![1]).toBe(known(0, others[0]!));
    expect(forecasts[1]).toEqual(made.forecasts[1]);
  });

  it('asks nothing at all without a server', async () => {
    const { jobs, forecastRows } = noted(persistence);
    expect((await forecastFrames([], forecastRows, 'm')).forecasts).toEqual([]);
    expect(jobs).toEqual([]);
  });
});

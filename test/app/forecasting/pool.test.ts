import { once } from 'node:events';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCycle } from '../../../src/app/cycle.js';
import { forecastFrames } from '../../../src/app/forecasting/forecastFrames.js';
import { ForecastPool, type PoolOptions } from '../../../src/app/forecasting/pool.js';
import { type ForecastJob, ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import { ModelError } from '../../../src/core/errors.js';
import type { Forecast } from '../../../src/core/flow.js';
import { upperBound } from '../../../src/core/metrics.js';
import { readModel } from '../../../src/model/files/modelFolder.js';
import { FORECAST_SIZE } from '../../../src/model/forecaster.js';
import { INCIDENT_FEATURES } from '../../../src/model/incident/contract.js';
import { writeIncidentFeatures } from '../../../src/model/incident/features.js';
import { IncidentHead } from '../../../src/model/incident/head.js';
import { createInputBatch } from '../../../src/model/inputs/batch.js';
import { CANDIDATES, HISTORY_STEPS } from '../../../src/model/inputs/contract.js';
import { unrollHistory } from '../../../src/model/inputs/history.js';
import { fillWindow } from '../../../src/model/inputs/window.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import { applyPlan, modelAlone } from '../../../src/truth/plan.js';
import { REPOSITORY } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { FRAMES_AT, simulatedFrames } from '../fixtures/frames.js';
import { hasNative } from '../fixtures/native.js';
import { until } from '../fixtures/scrape.js';

const MODEL = path.join(REPOSITORY, 'models/default');

/** Threads that were started and have not ended. */
const alive = new Set<Worker>();
const pools: ForecastPool[] = [];
let onWorker: (worker: Worker) => void = () => {};

function note(worker: Worker): void {
  alive.add(worker);
  worker.once('exit', () => alive.delete(worker));
  onWorker(worker);
}

beforeEach(() => {
  onWorker = () => {};
  process.on('worker', note);
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  process.off('worker', note);
});

async function startPool(options: Partial<PoolOptions> = {}): Promise<ForecastPool> {
  const { pool } = await ForecastPool.start({
    modelPath: MODEL,
    engine: 'auto',
    workers: 1,
    onDeath: () => {},
    ...options,
  });
  pools.push(pool);
  return pool;
}

const frames = simulatedFrames({ servers: 3, steps: 600 });
const { values, capacity, newest } = frames[0]!;

/** Forecasts rows 0 and 1 of one server. */
const job: Omit<ForecastJob, 'id'> = {
  servers: [{ values, capacity, newest, profileId: 0 }],
  rows: Int32Array.of(0, 0, 0, 1, 0, 1, 1, 1),
  details: false,
};

/** Names a server that the job does not have. */
const impossibleJob: Omit<ForecastJob, 'id'> = { servers: [], rows: new Int32Array(ROW_WIDTH), details: false };

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Error) => error,
  );
}

describe('ForecastPool', () => {
  it('loses only the job of a worker that dies, and replaces the worker', async () => {
    const deaths: string[] = [];
    const pool = await startPool({ workers: 2, onDeath: (message) => deaths.push(message) });
    const jobs = [1, 2, 3, 4, 5].map(() => pool.forecast(job));
    const victim = [...alive][0]!;
    await victim.terminate();
    const results = await Promise.allSettled(jobs);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect((await failureOf(jobs[0]!)).message).toMatch(/^a forecasting worker died/);
    expect(deaths).toHaveLength(1);
    await Promise.all([1, 2, 3].map(() => pool.forecast(job)));
    expect(alive.size).toBe(2);
    expect(alive).not.toContain(victim);
  });

  it('tells how long its workers were busy and how many died, each time since it was asked last', async () => {
    let onDeath = () => {};
    const died = new Promise<void>((resolve) => {
      onDeath = resolve;
    });
    const pool = await startPool({ onDeath: () => onDeath() });
    expect(pool.takeActivity()).toEqual({ workers: 1, busySeconds: 0, deaths: 0 });
    const startedAt = performance.now();
    await pool.forecast(job);
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    const { busySeconds, ...rest } = pool.takeActivity();
    expect(rest).toEqual({ workers: 1, deaths: 0 });
    expect(busySeconds).toBeGreaterThan(0);
    expect(busySeconds).toBeLessThanOrEqual(elapsedSeconds);
    void [...alive][0]!.terminate();
    await died;
    expect(pool.takeActivity()).toEqual({ workers: 0, busySeconds: 0, deaths: 1 });
  });

  it('fails a job that cannot be computed, and its worker goes on', async () => {
    const deaths: string[] = [];
    const pool = await startPool({ onDeath: (message) => deaths.push(message) });
    const bad = pool.forecast(impossibleJob);
    const good = pool.forecast(job);
    expect((await failureOf(bad)).message).toMatch(/^forecasting failed: /);
    expect((await good).values.every(Number.isFinite)).toBe(true);
    expect(deaths).toEqual([]);
  });

  it('tells what waits and what comes later that every worker died, instead of letting it wait', async () => {
    const deaths: string[] = [];
    const pool = await startPool({ onDeath: (message) => deaths.push(message) });
    onWorker = (worker) => void worker.terminate();
    const jobs = [1, 2, 3].map(() => pool.forecast(job));
    await [...alive][0]!.terminate();
    const [current, ...waiting] = await Promise.all(jobs.map(failureOf));
    expect(current!.message).toMatch(/^a forecasting worker died/);
    for (const error of [...waiting, await failureOf(pool.forecast(job))]) {
      expect(error.message).toMatch(/^every forecasting worker died \(.+\); they are started again in 60 s$/);
    }
    expect(deaths).toHaveLength(5);
    expect(alive.size).toBe(0);
  });

  it('starts workers again after a rest, once what they lacked is there', async () => {
    const model = path.join(temporaryFolder(), 'model');
    cpSync(MODEL, model, { recursive: true });
    const pool = await startPool({ modelPath: model, restSeconds: 0.2 });
    const manifest = path.join(model, 'manifest.json');
    renameSync(manifest, `${manifest}.away`);
    await [...alive][0]!.terminate();
    const outcome = () =>
      pool.forecast(job).then(
        () => 'done',
        (error: Error) => error.message,
      );
    await until(outcome, (said) => said.startsWith('every forecasting worker died'));
    renameSync(`${manifest}.away`, manifest);
    await until(outcome, (said) => said === 'done');
  });

  it('does an urgent job before those that wait, not before the one under way', async () => {
    const pool = await startPool();
    const order: string[] = [];
    const done = (name: string) => () => order.push(name);
    await Promise.all([
      pool.forecast(job).then(done('under way')),
      pool.forecast(job).then(done('waiting')),
      pool.forecast(job, true).then(done('urgent')),
    ]);
    expect(order).toEqual(['under way', 'urgent', 'waiting']);
  });

  it('rejects what waits when it is closed, and leaves no thread', async () => {
    const pool = await startPool();
    const jobs = [1, 2, 3].map(() => failureOf(pool.forecast(job)));
    await pool.close();
    expect((await jobs[2]!).message).toBe('the forecasting workers have been stopped');
    expect(await failureOf(pool.forecast(job))).toBeInstanceOf(ModelError);
    await Promise.all(jobs);
    expect(alive.size).toBe(0);
  });

  it('leaves no thread when it is closed while a worker is being replaced', async () => {
    const pool = await startPool();
    const replacement = new Promise<Worker>((resolve) => {
      onWorker = resolve;
    });
    void [...alive][0]!.terminate();
    await once(await replacement, 'online');
    await pool.close();
    expect(alive.size).toBe(0);
  });

  it('ends a start under way, and leaves no thread', async () => {
    const interrupt = new AbortController();
    onWorker = () => {
      // The first worker has got ready, the others are loading.
      if (alive.size === 3) interrupt.abort();
    };
    const error = await failureOf(startPool({ workers: 3, signal: interrupt.signal }));
    expect(error).toBeInstanceOf(ModelError);
    expect(alive.size).toBe(0);
  });

  it('brings the candidates of the frames whose details were asked for, as the inputs compute them', async () => {
    const pool = await startPool();
    const forecastRows = (rows: Omit<ForecastJob, 'id'>) => pool.forecast(rows);
    const { forecasts, details } = await forecastFrames(frames, forecastRows, 'm', { wantsDetails: (i) => i === 1 });
    expect(details.map((list) => list.length)).toEqual([0, forecasts[1]!.length, 0]);
    const frame = frames[1]!;
    frame.metrics.forEach((metric, row) => {
      const request = {
        series: { values: frame.values, offset: row * frame.capacity, capacity: frame.capacity },
        newest: frame.newest,
        metricId: 0,
        profileId: 0,
        upper: upperBound(metric),
      };
      const expected = fillWindow(request, createInputBatch(1), 0);
      expect(details[1]![row]!.candidates).toEqual(expected);
    });
    const { forecasts: without } = await forecastFrames(frames, forecastRows, 'm');
    // Batches of another size may round another way.
    forecasts.flat().forEach((forecast, i) => {
      expect(largestDifference(without.flat()[i]!, forecast)).toBeLessThan(1e-4);
    });
  });

  it('serves the rows that have a plan by it, and still tells what the model said', async () => {
    const pool = await startPool();
    const forecastRows = (rows: Omit<ForecastJob, 'id'>) => pool.forecast(rows);
    const metric = frames[0]!.metrics[1]!;
    // All of the first candidate, half as wide below and twice as wide above.
    const plan = modelAlone(CANDIDATES.length + 1);
    for (let at = 0; at < plan.length; at += CANDIDATES.length + 3) {
      plan.set([0, 1], at);
      plan.set([0.5, 2], at + CANDIDATES.length + 1);
    }
    const planned = await forecastFrames(frames, forecastRows, 'm', {
      wantsDetails: () => true,
      planOf: (frame, name) => (frame === frames[0] && name === metric ? plan : undefined),
    });
    const plain = await forecastFrames(frames, forecastRows, 'm');
    planned.forecasts.flat().forEach((forecast, i) => {
      const own = plain.forecasts.flat()[i]!.values;
      const { raw, candidates } = planned.details.flat()[i]!;
      expect(raw).toEqual(own);
      const isPlanned = forecast.server === frames[0]!.server && forecast.metric === metric;
      const served = new Float32Array(FORECAST_SIZE);
      if (isPlanned) applyPlan(raw, candidates, plan, upperBound(metric), served);
      expect(forecast.values).toEqual(isPlanned ? served : own);
      if (isPlanned) expect(forecast.values[1]).toBe(candidates[0]);
    });
    const withoutDetails = await forecastFrames(frames, forecastRows, 'm', { planOf: () => plan });
    expect(withoutDetails.forecasts[0]![1]!.values).toEqual(planned.forecasts[0]![1]!.values);
    expect(withoutDetails.details).toEqual([[], [], []]);
  });

  it('tells how probable a breach of each threshold is, from the forecast as it is served and the history', async () => {
    const pool = await startPool();
    const rule = { metric: 'mem_used_pct', direction: 'above', origin: '', severity: 1, tailScale: 2 } as const;
    const threshold = { ...rule, value: 60, sustainedSeconds: 900 };
    const head = new IncidentHead((await readModel(MODEL)).incident!);
    const { forecasts } = await forecastFrames(frames, (rows) => pool.forecast(rows), 'm', {
      thresholdOf: (i, metric) => (i > 0 && metric === threshold.metric ? threshold : undefined),
    });
    forecasts.flat().forEach(({ server, metric, values: forecast, breachProbability }) => {
      const frame = frames.find((one) => one.server === server)!;
      if (frame === frames[0] || metric !== threshold.metric) {
        expect(breachProbability).toBeUndefined();
        return;
      }
      const line = new Float32Array(HISTORY_STEPS);
      const offset = frame.metrics.indexOf(metric) * frame.capacity;
      unrollHistory({ values: frame.values, offset, capacity: frame.capacity }, frame.newest, line);
      const features = new Float32Array(INCIDENT_FEATURES.length);
      writeIncidentFeatures({ line, forecast, threshold: 60, direction: 'above', sustainedSteps: 3 }, features, 0);
      const expected = new Float32Array(4);
      head.write(features, 0, expected, 0);
      expect(breachProbability).toEqual(expected);
      expect(breachProbability![3]).toBeGreaterThan(breachProbability![0]!);
    });
  });

  it('leaves the probability to the quantiles where the model has no head', async () => {
    const folder = temporaryFolder();
    const modelPath = path.join(folder, 'headless');
    cpSync(MODEL, modelPath, { recursive: true });
    const manifestPath = path.join(modelPath, 'manifest.json');
    const { incident: _, ...manifest } = JSON.parse(readFileSync(manifestPath, 'utf8')) as Record<string, unknown>;
    writeFileSync(manifestPath, JSON.stringify(manifest));
    const pool = await startPool({ modelPath });
    const { servers } = await runCycle(frames, FRAMES_AT, thresholdsSchema.parse({}), {
      forecastRows: (rows) => pool.forecast(rows),
      model: 'm',
    });
    const forecasts = servers.flatMap((server) => server.forecasts);
    expect(forecasts.every(({ breachProbability }) => breachProbability === undefined)).toBe(true);
    const outlooks = servers.flatMap(({ risk }) => risk!.thresholds);
    expect(outlooks.length).toBeGreaterThan(3);
    for (const { breached, probability } of outlooks) expect(probability === undefined).toBe(breached);
  });

  it.skipIf(!hasNative)('computes the same on wasm as on the native engine, within 1e-4 of each forecast', async () => {
    const forecastsOf = async (engine: 'native' | 'wasm') => {
      const pool = await startPool({ engine });
      const { forecasts, failure } = await forecastFrames(frames, (rows) => pool.forecast(rows), 'm');
      expect(failure).toBeUndefined();
      return forecasts.flat();
    };
    const native = await forecastsOf('native');
    const wasm = await forecastsOf('wasm');
    expect(wasm).toHaveLength(native.length);
    expect(native.length).toBeGreaterThan(30);
    expect(Math.max(...native.map((forecast, i) => largestDifference(forecast, wasm[i]!)))).toBeLessThan(1e-4);
  });
});

/** The largest difference of two forecasts of one series, relative to the forecast's own size plus one. */
function largestDifference(a: Forecast, b: Forecast): number {
  expect([b.server, b.metric]).toEqual([a.server, a.metric]);
  const size = 1 + Math.max(...a.values.map(Math.abs));
  return Math.max(...a.values.map((value, i) => Math.abs(value - b.values[i]!))) / size;
}

describe('a model folder that cannot be used', () => {
  interface Manifest {
    input: { horizon_steps: number };
    [key: string]: unknown;
  }
  const damage: { what: string; spoil: (folder: string) => void; said: RegExp }[] = [
    {
      what: 'is missing',
      spoil: (folder) => rmSync(folder, { recursive: true }),
      said: /cannot read .+manifest\.json .+set "model:" to a model folder/,
    },
    {
      what: 'has corrupt weights',
      spoil: (folder) => {
        const file = path.join(folder, 'weights.safetensors');
        const bytes = readFileSync(file);
        bytes[bytes.length - 100]! ^= 0xff;
        writeFileSync(file, bytes);
      },
      said: /weights\.safetensors has SHA-256 .+the file is corrupt or from another training/,
    },
    {
      what: 'has truncated weights',
      spoil: (folder) => {
        const file = path.join(folder, 'weights.safetensors');
        writeFileSync(file, readFileSync(file).subarray(0, 5000));
      },
      said: /weights\.safetensors/,
    },
    {
      what: 'was made for other inputs',
      spoil: (folder) => {
        const file = path.join(folder, 'manifest.json');
        const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
        manifest.input.horizon_steps = 48;
        writeFileSync(file, JSON.stringify(manifest));
      },
      said: /manifest\.json: .*horizon_steps.+train a model with this version of linborg/,
    },
    {
      what: 'has a broken manifest',
      spoil: (folder) => writeFileSync(path.join(folder, 'manifest.json'), '{"format": 1,'),
      said: /manifest\.json is no JSON .+restore the model folder/,
    },
  ];

  it.each(damage)('refuses the start when it $what, says why, and leaves no thread', async ({ spoil, said }) => {
    const modelPath = path.join(temporaryFolder(), 'model');
    cpSync(MODEL, modelPath, { recursive: true });
    spoil(modelPath);
    const error = await failureOf(startPool({ modelPath, engine: 'wasm', workers: 2 }));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(said);
    expect(error.message).toContain(modelPath);
    expect(alive.size).toBe(0);
  });
});

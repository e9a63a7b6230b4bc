import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CycleResult } from '../../../src/app/cycle.js';
import { forecastFrames } from '../../../src/app/forecasting/forecastFrames.js';
import { ForecastPool } from '../../../src/app/forecasting/pool.js';
import { emptyState, type LearningState } from '../../../src/app/retraining/learningState.js';
import { ModelError } from '../../../src/core/errors.js';
import type { Forecast, Frame } from '../../../src/core/flow.js';
import { readModel } from '../../../src/model/files/modelFolder.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { fleetBatch } from '../../../src/simulator/fleetBatch.js';
import { BLOCK_SECONDS } from '../../../src/truth/challenge.js';
import { WindowStore } from '../../../src/windows/store.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { WINDOWS } from '../fixtures/frames.js';
import { DEFAULT_MODEL, OTHER_MODEL, openLearning, settingsOf, stateIn } from './learningHere.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const END = Date.UTC(2026, 5, 1) / 1000;
const TRAINED = '20260501T000000Z';
const METRICS = ['cpu_user_pct', 'mem_used_pct'];

/** A data folder with one trained model, a copy of the shipped one, and a state. */
async function learntFolder(change: Partial<LearningState>): Promise<string> {
  const folder = temporaryFolder();
  cpSync(DEFAULT_MODEL, path.join(folder, 'models', TRAINED), { recursive: true });
  const { sha256 } = (await readModel(DEFAULT_MODEL)).manifest.weights;
  const record = { id: TRAINED, reason: 'weekly', startedAt: 1, endedAt: 2, outcome: 'on_trial', message: '' } as const;
  const state = { ...emptyState(sha256), records: [record], ...change };
  writeFileSync(path.join(folder, 'learning.json'), JSON.stringify(state));
  return folder;
}

describe('which model serves', () => {
  it('is the configured one at first, and nothing is written', async () => {
    const dataFolder = path.join(temporaryFolder(), 'data');
    const { learning } = await openLearning({ dataFolder });
    expect(learning.servingPath).toBe(DEFAULT_MODEL);
    expect(existsSync(dataFolder)).toBe(false);
    expect(learning.nextTraining()).toContain('no cycle');
  });

  it('is remembered, and falls back to the configured one with a message where it is broken', async () => {
    const dataFolder = await learntFolder({ serving: TRAINED });
    const trained = path.join(dataFolder, 'models', TRAINED);
    expect((await openLearning({ dataFolder })).learning.servingPath).toBe(trained);
    writeFileSync(path.join(trained, 'weights.safetensors'), 'broken');
    const { learning, log } = await openLearning({ dataFolder });
    expect(learning.servingPath).toBe(DEFAULT_MODEL);
    expect(log).toMatchObject([
      { msg: expect.stringContaining('cannot serve; the configured one does'), model: TRAINED },
    ]);
    expect(stateIn(dataFolder).serving).toBeNull();
  });

  it('is the configured one where the state file is broken, which is said', async () => {
    const dataFolder = await learntFolder({});
    writeFileSync(path.join(dataFolder, 'learning.json'), '{');
    const { learning, log } = await openLearning({ dataFolder });
    expect(learning.servingPath).toBe(DEFAULT_MODEL);
    expect(log).toMatchObject([{ reason: expect.stringContaining('learning.json cannot be used') }]);
  });

  it('is the configured one as soon as that is another one than the one that was learnt on', async () => {
    const dataFolder = await learntFolder({ serving: TRAINED, configured: 'another' });
    expect((await openLearning({ dataFolder })).learning.servingPath).toBe(DEFAULT_MODEL);
  });

  it('is for a person to choose', async () => {
    const dataFolder = await learntFolder({});
    const { learning, served } = await openLearning({ dataFolder });
    expect(await learning.load('x')).toMatchObject({ kind: 'unknown', known: ['default', TRAINED] });
    expect(await learning.load(TRAINED)).toMatchObject({ kind: 'done' });
    expect(learning.servingPath).toBe(path.join(dataFolder, 'models', TRAINED));
    expect(await learning.models()).toMatchObject([{ isCurrent: false }, { name: TRAINED, isCurrent: true }]);
    expect(await learning.load(undefined)).toMatchObject({ kind: 'done' });
    expect(served).toEqual([path.join(dataFolder, 'models', TRAINED), DEFAULT_MODEL]);
  });

  it('is written down by one linborg only: a second one on the folder says that it does not', async () => {
    const dataFolder = await learntFolder({});
    const { learning, log } = await openLearning({ dataFolder });
    writeFileSync(path.join(dataFolder, 'lock'), String(process.ppid));
    const before = readFileSync(path.join(dataFolder, 'learning.json'), 'utf8');
    expect(await learning.load(TRAINED)).toMatchObject({ kind: 'done' });
    expect(readFileSync(path.join(dataFolder, 'learning.json'), 'utf8')).toBe(before);
    expect(log).toMatchObject([
      {
        msg: 'what was learnt cannot be written down; a restart will not know of it',
        reason: expect.stringContaining(
          `is in use by process ${process.ppid}; give each linborg a data_dir of its own`,
        ),
      },
    ]);
  });

  it('stays the one before where the chosen one cannot be put into service', async () => {
    const dataFolder = await learntFolder({});
    const { learning } = await openLearning({ dataFolder, serve: async () => Promise.reject(new Error('no memory')) });
    const message = `${TRAINED} was not loaded, the model before goes on: no memory`;
    expect(await learning.load(TRAINED)).toEqual({ kind: 'refused', message });
    expect(learning.servingPath).toBe(DEFAULT_MODEL);
    expect(stateIn(dataFolder).serving).toBeNull();
  });
});

describe('other settings', () => {
  const onTrial = { model: TRAINED, role: 'former', training: TRAINED } as const;
  const trial = { ...onTrial, evidence: { startedAt: END, looks: 0, blocks: [] } };

  /** A trained model serves and another one is on trial. */
  async function learntHere() {
    const dataFolder = await learntFolder({ serving: TRAINED, trial });
    return { dataFolder, trained: path.join(dataFolder, 'models', TRAINED), ...(await openLearning({ dataFolder })) };
  }

  it('with the same configured model, wherever it lies, leave the trained one in service', async () => {
    const { dataFolder, trained, learning } = await learntHere();
    const copy = path.join(temporaryFolder(), 'copy');
    cpSync(DEFAULT_MODEL, copy, { recursive: true });
    const settings = settingsOf({ dataFolder, model: copy });
    expect(await learning.pathFor(settings)).toBe(trained);
    await learning.adopt(settings);
    expect(learning.servingPath).toBe(trained);
    expect(stateIn(dataFolder)).toMatchObject({ serving: TRAINED, trial: { model: TRAINED } });
    expect((await learning.models()).find(({ isConfigured }) => isConfigured)?.path).toBe(copy);
  });

  it('with another configured model void what was learnt on the one before, but not its history', async () => {
    const { dataFolder, learning } = await learntHere();
    const settings = settingsOf({ dataFolder, model: OTHER_MODEL });
    expect(await learning.pathFor(settings)).toBe(OTHER_MODEL);
    expect(learning.servingPath).not.toBe(OTHER_MODEL);
    await learning.adopt(settings);
    expect(learning.servingPath).toBe(OTHER_MODEL);
    expect(learning.trial()).toBeUndefined();
    const { sha256 } = (await readModel(OTHER_MODEL)).manifest.weights;
    expect(stateIn(dataFolder)).toMatchObject({
      configured: sha256,
      serving: null,
      trial: null,
      records: [{ id: TRAINED }],
    });
  });

  it('that name a model that cannot be used are refused, and all stays as it is', async () => {
    const { dataFolder, trained, learning } = await learntHere();
    const settings = settingsOf({ dataFolder, model: path.join(dataFolder, 'nowhere') });
    await expect(learning.pathFor(settings)).rejects.toThrow(ModelError);
    await expect(learning.adopt(settings)).rejects.toThrow(/nowhere/);
    expect(learning.servingPath).toBe(trained);
    expect(stateIn(dataFolder)).toMatchObject({ serving: TRAINED, trial: { model: TRAINED } });
  });
});

/** Hourly cycles of a small fleet. */
class Cycles {
  readonly #store = new WindowStore(WINDOWS);
  readonly #fleet = createFleet({ servers: 2, seed: 1, scenariosPerServerWeek: 0 });
  #at = END;

  constructor() {
    this.#ingest(END - 8 * DAY, END);
  }

  /** @param champion  gives what the serving model says of the frames */
  async next(champion: (frames: readonly Frame[]) => Promise<readonly (readonly Forecast[])[]>): Promise<CycleResult> {
    this.#ingest(this.#at, this.#at + HOUR);
    this.#at += HOUR;
    const frames = this.#store.frames(this.#at);
    const forecasts = await champion(frames);
    const details = forecasts.map((list) =>
      list.map(({ values }) => ({ raw: values, candidates: new Float32Array(0), figures: new Float32Array(0) })),
    );
    const servers = frames.map((frame, i) => ({ frame, forecasts: forecasts[i]! }));
    return { at: this.#at, servers, details, failedSeries: 0, failure: undefined };
  }

  #ingest(from: number, until: number): void {
    const batch = fleetBatch(this.#fleet, from / WINDOWS.stepSeconds, until / WINDOWS.stepSeconds);
    this.#store.ingest({ ...batch, series: batch.series.filter(({ metric }) => METRICS.includes(metric)) });
  }
}

describe('a trained model on trial', () => {
  let pool: ForecastPool;
  beforeAll(async () => {
    const options = { modelPath: DEFAULT_MODEL, engine: 'auto', workers: 1, onDeath: () => {} } as const;
    pool = (await ForecastPool.start(options)).pool;
  });
  afterAll(() => pool?.close());

  /** Forecasts as the model itself, or too high by a share. */
  const modelTimes = (factor: number) => async (frames: readonly Frame[]) => {
    const { forecasts } = await forecastFrames(frames, (job) => pool.forecast(job), 'champion');
    return forecasts.map((list) => list.map((one) => ({ ...one, values: one.values.map((value) => value * factor) })));
  };
  const quiet = { drift: undefined, excluded: () => [] };
  const trial = { model: TRAINED, role: 'challenger', training: TRAINED } as const;
  const evidence = { startedAt: END, looks: 0, blocks: [] };

  it('takes over when it is better, and the former model comes back when that is better, across a restart', async () => {
    const dataFolder = await learntFolder({ trial: { ...trial, evidence } });
    const trained = path.join(dataFolder, 'models', TRAINED);
    const cycles = new Cycles();
    const first = await openLearning({ dataFolder });
    for (let hour = 0; hour < 12; hour++) await first.learning.observe(await cycles.next(modelTimes(1.3)), quiet);
    expect(first.learning.trial()).toMatchObject({ model: TRAINED, role: 'challenger' });
    await first.learning.close();

    const second = await openLearning({ dataFolder });
    for (let hour = 12; hour < 36 && second.served.length === 0; hour++) {
      await second.learning.observe(await cycles.next(modelTimes(1.3)), quiet);
    }
    expect(second.served).toEqual([trained]);
    expect(second.learning.servingPath).toBe(trained);
    expect(second.outcomes).toEqual(['weekly promoted']);
    const message = expect.stringMatching(/^20260501T000000Z is significantly better: .* on \d+ samples$/);
    expect(second.learning.records()).toMatchObject([{ outcome: 'promoted', message }]);
    expect(second.learning.trial()).toMatchObject({ model: 'default', role: 'former', samples: 0 });

    // The model that serves now is as bad, and the former one is watching.
    for (let hour = 0; hour < 40 && second.served.length === 1; hour++) {
      await second.learning.observe(await cycles.next(modelTimes(1.3)), quiet);
    }
    expect(second.served).toEqual([trained, DEFAULT_MODEL]);
    expect(second.outcomes).toEqual(['weekly promoted', 'weekly rolled_back']);
    expect(stateIn(dataFolder)).toMatchObject({ serving: null, trial: null, records: [{ outcome: 'rolled_back' }] });
  }, 90_000);

  it('is rejected when time is over, and stays on disk', async () => {
    const dataFolder = await learntFolder({
      trial: { ...trial, evidence: { ...evidence, startedAt: END - 14 * DAY } },
    });
    const { learning, outcomes, served } = await openLearning({ dataFolder });
    await learning.observe(await new Cycles().next(modelTimes(1)), quiet);
    expect({ outcomes, served }).toEqual({ outcomes: ['weekly rejected'], served: [] });
    expect(learning.trial()).toBeUndefined();
    expect(await learning.models()).toHaveLength(2);
  });

  it('that cannot be put into service has failed, and the one before goes on', async () => {
    // Three blocks on which it was far better; this cycle's look is the first.
    const block = Math.floor(END / BLOCK_SECONDS);
    const blocks = [3, 2, 1].map((ago) => ({ block: block - ago, champion: 200 + ago, challenger: 100, pairs: 400 }));
    const enough = { startedAt: END - 2 * DAY, looks: 0, blocks };
    const dataFolder = await learntFolder({ trial: { ...trial, evidence: enough } });
    const serve = async () => Promise.reject(new Error('every worker died'));
    const { learning, outcomes, served } = await openLearning({ dataFolder, serve });
    await learning.observe(await new Cycles().next(modelTimes(1)), quiet);
    expect({ outcomes, served }).toEqual({ outcomes: ['weekly failed'], served: [] });
    expect(learning.records()).toMatchObject([{ message: 'it cannot serve: every worker died' }]);
    expect(learning.servingPath).toBe(DEFAULT_MODEL);
    expect(stateIn(dataFolder)).toMatchObject({ serving: null, trial: null });
  });

  it('that cannot be loaded has failed, and the one before goes on', async () => {
    const dataFolder = await learntFolder({ trial: { ...trial, evidence } });
    rmSync(path.join(dataFolder, 'models', TRAINED, 'weights.safetensors'));
    const { learning, outcomes, log } = await openLearning({ dataFolder });
    await learning.observe(await new Cycles().next(modelTimes(1)), quiet);
    expect(outcomes).toEqual(['weekly failed']);
    expect(log.at(-1)).toMatchObject({ level: 50, message: expect.stringContaining('weights.safetensors') });
    expect(learning.servingPath).toBe(DEFAULT_MODEL);
  });
});

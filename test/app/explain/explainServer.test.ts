import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CycleForecaster, runCycle } from '../../../src/app/cycle.js';
import { type ExplainedCycle, explainServer } from '../../../src/app/explain/explainServer.js';
import { ForecastPool } from '../../../src/app/forecasting/pool.js';
import type { Risk } from '../../../src/core/flow.js';
import { topReasons } from '../../../src/core/topReasons.js';
import type { ServerView } from '../../../src/exposition/cycleView.js';
import { CANDIDATES } from '../../../src/model/inputs/contract.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import { changeFrame } from '../../../src/scoring/whatIf.js';
import { modelAlone, type ServingPlan, serveOneMethod } from '../../../src/truth/plan.js';
import { REPOSITORY } from '../fixtures/cli.js';
import { FRAMES_AT, simulatedFrames } from '../fixtures/frames.js';
import { hasNative } from '../fixtures/native.js';

/** Low enough for the first server's memory to be breached and the others' to be in reach. */
const THRESHOLDS = thresholdsSchema.parse({ mem_used_pct: 66, cpu_idle_pct: 80, disk_usage_pct: 50 });
const METHODS = CANDIDATES.length + 1;
const frames = simulatedFrames({ servers: 4, steps: 2304 });

type Scored = ServerView & { readonly risk: Risk };

let pool: ForecastPool;
let forecaster: CycleForecaster;
let cycle: ExplainedCycle;
let scored: Scored[];

beforeAll(async () => {
  const modelPath = path.join(REPOSITORY, 'models/default');
  pool = (await ForecastPool.start({ modelPath, engine: 'auto', workers: 1, onDeath: () => {} })).pool;
  forecaster = { forecastRows: (job) => pool.forecast(job), model: 'default' };
  cycle = await cycleWith(forecaster);
  scored = cycle.servers as Scored[];
});

afterAll(() => pool?.close());

async function cycleWith(one: CycleForecaster): Promise<ExplainedCycle> {
  const { servers } = await runCycle(frames, FRAMES_AT, THRESHOLDS, one);
  return { at: FRAMES_AT, servers, thresholds: THRESHOLDS, forecaster: one };
}

describe('an explanation', () => {
  it('is of the risk that is served and of the metrics that explain most of it', async () => {
    const view = scored[0]!;
    const { risk, metrics, attentionWords } = await explainServer(view, cycle);
    expect(risk).toBe(view.risk);
    expect(metrics.map(({ contribution }) => contribution)).toEqual(topReasons(risk));
    for (const { contribution, evidence, current, threshold } of metrics) {
      const outlook = risk.thresholds.find(({ metric }) => metric === contribution.metric)!;
      expect(threshold).toBe(outlook.threshold);
      expect(current).toBeGreaterThan(0);
      for (const shares of [
        evidence!.past,
        evidence!.future,
        evidence!.statics,
        evidence!.candidates,
        evidence!.attention,
      ]) {
        expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
      }
      expect(attentionWords).toContain(`${contribution.metric}: `);
    }
  });

  it('has counterfactuals that are what the whole cycle says about the changed window', async () => {
    for (const view of scored) {
      const { counterfactuals } = await explainServer(view, cycle);
      for (const { changes, scoreBefore, scoreAfter, probabilityAfter } of counterfactuals) {
        expect(scoreBefore).toBe(view.risk.score);
        const changed = changeFrame(view.frame, changes);
        const { servers } = await runCycle([changed], FRAMES_AT, THRESHOLDS, forecaster);
        // Sizes of batches differ, and with them the last digits of a float32.
        expect(scoreAfter).toBeCloseTo(servers[0]!.risk!.score, 3);
        expect(probabilityAfter).toBeCloseTo(servers[0]!.risk!.incidentProbability['8h'], 5);
      }
    }
  });

  it('takes a breached metric below its threshold, and says what that does', async () => {
    const view = scored.find(({ risk }) =>
      risk.thresholds.some(({ metric, breached }) => breached && metric === 'mem_used_pct'),
    )!;
    const { counterfactuals } = await explainServer(view, cycle);
    const memory = counterfactuals.find(
      ({ changes }) => changes.length === 1 && changes[0]!.metric === 'mem_used_pct',
    )!;
    expect(memory.changes[0]!.to).toBeLessThan(66);
    expect(memory.scoreAfter).toBeLessThan(memory.scoreBefore - 10);
  });

  it('leaves the windows as they are', async () => {
    const before = frames.map(({ values }) => values.slice());
    await Promise.all(scored.map((view) => explainServer(view, cycle)));
    expect(frames.map(({ values }) => values)).toEqual(before);
  });

  it('says how much of the median comes from the model, and from which candidate the ledger serves the rest', async () => {
    const [alone] = (await explainServer(scored[0]!, cycle)).metrics;
    expect(alone!.servedBy).toEqual([{ name: 'default', share: 1 }]);
    const line = serveOneMethod(modelAlone(METHODS), METHODS, 1 + CANDIDATES.indexOf('line_4h'));
    const half = line.map((weight, i) => (weight + modelAlone(METHODS)[i]!) / 2) as ServingPlan;
    const blended = await cycleWith({ ...forecaster, planOf: () => half });
    const [first] = (await explainServer(blended.servers[0] as Scored, blended)).metrics;
    expect(first!.servedBy).toEqual([
      { name: 'default', share: expect.closeTo(0.5, 6) },
      { name: 'line_4h', share: expect.closeTo(0.5, 6) },
    ]);
  });
});

describe('the wasm engine', () => {
  it('gives the same evidence and the same counterfactuals as the native one', async ({ skip }) => {
    if (!hasNative) return skip('native TensorFlow is not installed here');
    const modelPath = path.join(REPOSITORY, 'models/default');
    const { pool: other } = await ForecastPool.start({ modelPath, engine: 'wasm', workers: 1, onDeath: () => {} });
    try {
      const wasm = await cycleWith({ ...forecaster, forecastRows: (job) => other.forecast(job) });
      const [here, there] = await Promise.all([
        explainServer(scored[0]!, cycle),
        explainServer(wasm.servers[0] as Scored, wasm),
      ]);
      expect(there.counterfactuals.map(({ scenario }) => scenario)).toEqual(
        here.counterfactuals.map(({ scenario }) => scenario),
      );
      there.counterfactuals.forEach(({ scoreAfter }, i) => {
        expect(scoreAfter).toBeCloseTo(here.counterfactuals[i]!.scoreAfter, 1);
      });
      there.metrics.forEach(({ evidence }, i) => {
        evidence!.attention.forEach(({ share }, hour) => {
          expect(share).toBeCloseTo(here.metrics[i]!.evidence!.attention[hour]!.share, 3);
        });
      });
    } finally {
      await other.close();
    }
  });
});

describe('a cycle that is run again', () => {
  it('with all of its forecasts gives the served risk exactly, and asks the model nothing', async () => {
    for (const view of scored) {
      const known = (_: number, metric: string) => view.forecasts.find((forecast) => forecast.metric === metric);
      const forecastRows = () => Promise.reject(new Error('the model was asked'));
      const again = await runCycle([changeFrame(view.frame, [])], FRAMES_AT, THRESHOLDS, {
        ...{ forecastRows, model: 'default', known },
      });
      expect(again.servers[0]!.risk).toEqual(view.risk);
      expect(again.failure).toBeUndefined();
    }
  });

  it('on an unchanged copy of the window gives the served risk up to the rounding of a float32', async () => {
    for (const view of scored) {
      const again = await runCycle([changeFrame(view.frame, [])], FRAMES_AT, THRESHOLDS, forecaster);
      expect(again.servers[0]!.risk!.score).toBeCloseTo(view.risk.score, 3);
    }
  });
});

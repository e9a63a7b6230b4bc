import { describe, expect, it } from 'vitest';
import { runCycle } from '../../../src/app/cycle.js';
import { Explainer } from '../../../src/app/explain/explainer.js';
import type { ExplainedCycle } from '../../../src/app/explain/explainServer.js';
import type { ForecastRows } from '../../../src/app/forecasting/forecastFrames.js';
import { ROW_WIDTH } from '../../../src/app/forecasting/protocol.js';
import { ModelError } from '../../../src/core/errors.js';
import { FORECAST_SIZE } from '../../../src/model/forecaster.js';
import { evidenceLayout, evidenceSize } from '../../../src/model/network/network.js';
import { DEFAULT_HYPERPARAMETERS } from '../../../src/model/network/parameters.js';
import { thresholdsSchema } from '../../../src/scoring/options.js';
import { FRAMES_AT, simulatedFrames } from '../fixtures/frames.js';

const THRESHOLDS = thresholdsSchema.parse({ mem_used_pct: 20 });
const METRICS = ['mem_used_pct'];
const layout = evidenceLayout(DEFAULT_HYPERPARAMETERS);
const frames = simulatedFrames({ servers: 12, steps: 60, metrics: METRICS });
const [first, second] = frames.map(({ server }) => server) as [string, string];

/** Every row stays where it is. */
const persistence: ForecastRows = async ({ servers, rows }) => {
  const count = rows.length / ROW_WIDTH;
  const values = new Float32Array(count * FORECAST_SIZE);
  for (let i = 0; i < count; i++) {
    const { values: window, capacity, newest } = servers[rows[i * ROW_WIDTH]!]!;
    values.fill(
      window[rows[i * ROW_WIDTH + 1]! * capacity + (newest % capacity)]!,
      i * FORECAST_SIZE,
      (i + 1) * FORECAST_SIZE,
    );
  }
  return { values, layout, evidence: new Float32Array(count * evidenceSize(layout)) };
};

/** A cycle of all servers, run again by `again`. */
async function cycleOf(again: ForecastRows = persistence): Promise<ExplainedCycle> {
  const { servers } = await runCycle(frames, FRAMES_AT, THRESHOLDS, { forecastRows: persistence, model: 'm' });
  return { at: FRAMES_AT, servers, thresholds: THRESHOLDS, forecaster: { forecastRows: again, model: 'm' } };
}

/** Forecasts that wait until they are let go, and how many wait. */
function gated() {
  const waiting: (() => void)[] = [];
  const forecastRows: ForecastRows = async (job) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return persistence(job);
  };
  return { waiting, forecastRows };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the explainer', () => {
  it('explains once per server and cycle, and anew after the next cycle', async () => {
    let asked = 0;
    const counted: ForecastRows = (job) => {
      asked++;
      return persistence(job);
    };
    const explainer = new Explainer();
    explainer.end(await cycleOf(counted));
    const answers = await Promise.all([explainer.explain(first), explainer.explain(first)]);
    expect(answers[0]).toMatchObject({ kind: 'explained', explanation: { risk: { server: first } } });
    expect(answers[1]).toBe(answers[0]);
    expect(await explainer.explain(first)).toBe(answers[0]);
    expect(asked).toBe(1);
    explainer.end(await cycleOf(counted));
    expect(await explainer.explain(first)).not.toBe(answers[0]);
    expect(asked).toBe(2);
  });

  it('asks the model for one server at a time, and refuses when too many wait', async () => {
    const { waiting, forecastRows } = gated();
    const explainer = new Explainer();
    explainer.end(await cycleOf(forecastRows));
    const answers = frames.map(({ server }) => explainer.explain(server));
    await settled();
    expect(waiting).toHaveLength(1);
    const refused = await Promise.all(answers.slice(8));
    expect(new Set(refused.map(({ kind }) => kind))).toEqual(new Set(['busy']));
    for (let i = 0; i < 8; i++) {
      waiting[i]!();
      expect((await answers[i]!).kind).toBe('explained');
      await settled();
    }
    expect(waiting).toHaveLength(8);
  });

  it('waits while the windows are being changed, and then explains the new cycle', async () => {
    const explainer = new Explainer();
    explainer.end(await cycleOf());
    explainer.begin();
    let isAnswered = false;
    const answer = explainer.explain(first).then((one) => {
      isAnswered = true;
      return one;
    });
    await settled();
    expect(isAnswered).toBe(false);
    const next = await cycleOf();
    explainer.end(next);
    const { risk } = next.servers.find(({ frame }) => frame.server === first)!;
    expect(await answer).toMatchObject({ kind: 'explained', explanation: { risk } });
  });

  it('has nothing to tell after a cycle that changed the windows and failed, nor before the first', async () => {
    const explainer = new Explainer();
    expect(await explainer.explain(first)).toMatchObject({ kind: 'busy' });
    explainer.end(await cycleOf());
    explainer.begin();
    explainer.end(undefined);
    expect(await explainer.explain(first)).toEqual({
      kind: 'busy',
      message: 'the last cycle failed, and the windows have changed since',
    });
  });

  it('goes on explaining the last cycle when the next one failed before it changed anything', async () => {
    const explainer = new Explainer();
    explainer.end(await cycleOf());
    explainer.end(undefined);
    expect((await explainer.explain(first)).kind).toBe('explained');
  });

  it('says what failed, forgets it, and answers about other servers', async () => {
    let isBroken = true;
    const explainer = new Explainer();
    explainer.end(
      await cycleOf((job) => (isBroken ? Promise.reject(new ModelError('a worker died')) : persistence(job))),
    );
    expect(await explainer.explain(first)).toEqual({
      kind: 'busy',
      message: 'a changed window could not be forecast: a worker died',
    });
    isBroken = false;
    expect((await explainer.explain(first)).kind).toBe('explained');
    expect((await explainer.explain(second)).kind).toBe('explained');
  });

  it('answers about other servers after a fault that nobody foresaw', async () => {
    const explainer = new Explainer();
    const cycle = await cycleOf();
    // A risk whose thresholds lack the metric that explains it: there is no such risk.
    const servers = cycle.servers.map((view) =>
      view.frame.server === first ? { ...view, risk: { ...view.risk!, thresholds: [] } } : view,
    );
    explainer.end({ ...cycle, servers });
    const answers = await Promise.all([explainer.explain(first), explainer.explain(second)]);
    expect(answers.map(({ kind }) => kind)).toEqual(['busy', 'explained']);
  });

  it('has no reasons for a server without a risk, or one that is not there', async () => {
    const explainer = new Explainer();
    const cycle = await cycleOf();
    const servers = cycle.servers.map(({ frame, forecasts, risk }) =>
      frame.server === first ? { frame, forecasts } : { frame, forecasts, risk: risk! },
    );
    explainer.end({ ...cycle, servers });
    expect(await explainer.explain(first)).toEqual({ kind: 'unscored' });
    expect(await explainer.explain('nobody')).toEqual({ kind: 'unscored' });
  });
});

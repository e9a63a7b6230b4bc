import { describe, expect, it } from 'vitest';
import type { ObservedThreshold } from '../../../../src/app/backtest/incidents/observed.js';
import { STREAMS } from '../../../../src/app/backtest/incidents/streams.js';
import { watchThreshold } from '../../../../src/app/backtest/incidents/thresholdWatch.js';
import { IN_PROGRESS, SETTLING, UNSEEN, WATCHED } from '../../../../src/app/backtest/incidents/watch.js';
import { toServerTrace } from '../../../../src/app/backtest/serverTrace.js';
import { RISK_HORIZONS } from '../../../../src/core/flow.js';
import { START, STEP } from '../traces.js';

const LENGTH = 10 * 288;
const DAY = 288;
const HOURS = 12;

/** Memory at 50, and at 95 in the given bins; watched every third bin from the ninth day on. */
function watch(busy: readonly (readonly [number, number])[], edit: (values: Float64Array) => void = () => {}) {
  const values = new Float64Array(LENGTH).fill(50);
  for (const [from, to] of busy) values.fill(95, from, to);
  edit(values);
  const times = Float64Array.from(values, (_, i) => START + i * STEP);
  const trace = toServerTrace([{ server: 'a', metric: 'mem_used_pct', times, values }], {
    dataset: 'd',
    stepSeconds: STEP,
    profiles: [],
  })!;
  const bins = Array.from({ length: (LENGTH - 8 * DAY) / 3 }, (_, i) => 8 * DAY + 3 * i);
  const observed: ObservedThreshold = {
    direction: 'above',
    sustainedSeconds: 900,
    limits: bins.map(() => 90),
    served: RISK_HORIZONS.map(() => bins.map(() => 0.2)),
    raw: RISK_HORIZONS.map(() => bins.map(() => 0.1)),
  };
  const result = watchThreshold(trace, 'mem_used_pct', bins, observed);
  const moment = (bin: number) => bins.indexOf(bin);
  return {
    ...result,
    stateAt: (bin: number) => result.states[moment(bin)],
    scoreAt: (id: string, bin: number) => result.scores[STREAMS.findIndex((stream) => stream.id === id)]![moment(bin)],
    outcomeAt: (horizon: string, bin: number) =>
      result.outcomes[RISK_HORIZONS.findIndex(({ name }) => name === horizon)]![moment(bin)],
  };
}

const ONSET = 8 * DAY + 120;

describe('watchThreshold', () => {
  it('knows one onset, and at which moments it was still to come within each horizon', () => {
    const { incidents, outcomeAt } = watch([[ONSET, ONSET + 6]]);
    const onset = START + ONSET * STEP;
    expect(incidents).toEqual([
      { kind: 'mem_used_pct', start: onset, end: onset + 1800, from: onset - 8 * 3600 + STEP, until: onset, onset },
    ]);
    expect([outcomeAt('1h', ONSET - 12), outcomeAt('1h', ONSET - 9), outcomeAt('1h', ONSET)]).toEqual([0, 1, 1]);
    expect([outcomeAt('8h', ONSET - 96), outcomeAt('8h', ONSET - 93)]).toEqual([0, 1]);
    expect(outcomeAt('1h', ONSET + 3)).toBe(0);
  });

  it('leaves moments out at which it is in progress, and alarms out for half an hour after', () => {
    const { stateAt } = watch([[ONSET, ONSET + 6]]);
    expect([-3, 0, 3, 6, 9, 12].map((offset) => stateAt(ONSET + offset))).toEqual([
      WATCHED,
      WATCHED,
      IN_PROGRESS,
      IN_PROGRESS,
      SETTLING,
      WATCHED,
    ]);
  });

  it('knows no onset where the beginning lies in a hole, and no outcome beyond the trace', () => {
    const { incidents, outcomeAt } = watch([[ONSET, ONSET + 6]], (values) => values.fill(Number.NaN, ONSET - 2, ONSET));
    expect(incidents.map(({ onset }) => onset)).toEqual([undefined]);
    expect([outcomeAt('4h', LENGTH - 48), outcomeAt('4h', LENGTH - 45)]).toEqual([0, UNSEEN]);
  });

  it('does not judge a moment whose value is older than fifteen minutes', () => {
    const { stateAt } = watch([], (values) => values.fill(Number.NaN, ONSET - 3, ONSET));
    expect([stateAt(ONSET - 3), stateAt(ONSET), stateAt(ONSET + 3)]).toEqual([WATCHED, UNSEEN, WATCHED]);
  });

  it('scores by hand: nearness, a line, the share at this time of day and of the week', () => {
    // The hour from 120 on was breached on three of the seven days before; a line rises to 74 before the moment.
    const past = [2, 5, 7].map((day) => [ONSET - day * DAY, ONSET - day * DAY + HOURS] as const);
    const { scoreAt } = watch(past, (values) => {
      for (let i = 0; i < 48; i++) values[ONSET - 48 + i] = 50 + 0.5 * (i + 1);
    });
    expect(scoreAt('current_value', ONSET)).toBeCloseTo(74 / 90, 5);
    // From 74.5 at the moment by half a point per step: 31 steps to 90.
    expect(scoreAt('predict_linear_4h', ONSET)).toBeCloseTo(-31, 3);
    expect(scoreAt('seasonal_share_1h', ONSET)).toBeCloseTo(3 / 7, 5);
    expect(scoreAt('seasonal_share_4h', ONSET)).toBeCloseTo(3 / 28, 5);
    expect(scoreAt('breached_share_7d', ONSET)).toBeCloseTo(36 / 2016, 5);
    expect(scoreAt('predict_linear_4h', 8 * DAY)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('scores by hand from the past alone', () => {
    const plain = watch([[ONSET - DAY, ONSET - DAY + 20]]);
    const other = watch([
      [ONSET - DAY, ONSET - DAY + 20],
      [ONSET, LENGTH],
    ]);
    for (const { id } of STREAMS) expect(other.scoreAt(id, ONSET)).toBe(plain.scoreAt(id, ONSET));
  });
});

import { describe, expect, it } from 'vitest';
import { retrainFields, retrainOptionsOf } from '../../../src/app/options.js';
import { decideTraining, medianHistorySeconds, type Occasion } from '../../../src/app/retraining/due.js';
import { simulatedFrames } from '../fixtures/frames.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const AT = 1000 * DAY;

function options(when: string, keys: Record<string, unknown> = {}) {
  const retrain = retrainFields.retrain.parse({ when, ...keys });
  return retrainOptionsOf({ data_dir: 'data', retrain });
}

const OCCASION: Occasion = {
  at: AT,
  startedAt: AT - DAY,
  lastEndedAt: undefined,
  driftSince: undefined,
  historySeconds: 8 * DAY,
  isTraining: false,
  isOnTrial: false,
};

describe('a training that nobody asked for', () => {
  it('starts once a week with weekly, and at once if there was none', () => {
    expect(decideTraining(options('weekly'), OCCASION)).toEqual({ kind: 'train', reason: 'weekly' });
    const ended = (seconds: number) => decideTraining(options('weekly'), { ...OCCASION, lastEndedAt: AT - seconds });
    expect(ended(7 * DAY - 1)).toMatchObject({ kind: 'wait' });
    expect(ended(7 * DAY)).toMatchObject({ kind: 'train' });
    expect(ended(6 * DAY)).toEqual({ kind: 'wait', why: 'the next one may start in 1 d' });
  });

  it('starts with drift when drift has asked for it for six hours, a day after the last one', () => {
    const drifting = (seconds: number, more: Partial<Occasion> = {}) =>
      decideTraining(options('drift'), { ...OCCASION, driftSince: AT - seconds, ...more });
    expect(drifting(6 * HOUR)).toEqual({ kind: 'train', reason: 'drift' });
    expect(drifting(5 * HOUR)).toMatchObject({ kind: 'wait', why: 'drift asks for one since 5 h; it has to last 6 h' });
    expect(drifting(6 * HOUR, { lastEndedAt: AT - DAY + 1 })).toMatchObject({ kind: 'wait' });
    expect(decideTraining(options('drift'), OCCASION)).toEqual({ kind: 'wait', why: 'no drift asks for one' });
  });

  it.each<[string, Partial<Occasion>, RegExp]>([
    ['beside another one', { isTraining: true }, /a training is under way/],
    ['while two models are on trial', { isOnTrial: true }, /on trial side by side/],
    ['in the first hour', { startedAt: AT - HOUR + 1 }, /less than an hour ago/],
    ['on too little history', { historySeconds: 6 * DAY }, /have 6 d of history in the median; 7 d are needed/],
  ])('never starts %s', (_, more, why) => {
    const decision = decideTraining(options('weekly'), { ...OCCASION, driftSince: AT - DAY, ...more });
    expect(decision).toEqual({ kind: 'wait', why: expect.stringMatching(why) });
  });

  it('never starts by default', () => {
    const retrain = retrainOptionsOf({ data_dir: 'data', retrain: retrainFields.retrain.parse(undefined) });
    expect(decideTraining(retrain, { ...OCCASION, driftSince: AT - DAY })).toMatchObject({ kind: 'wait' });
  });
});

it('the history of a fleet is that of the server in the middle', () => {
  const frames = [...simulatedFrames({ servers: 1, steps: 576 }), ...simulatedFrames({ servers: 2, steps: 288 })];
  expect(medianHistorySeconds(frames) / DAY).toBeCloseTo(1, 1);
  expect(medianHistorySeconds([])).toBe(0);
});

it.each([
  [{ trial: { min: '2d', max: '1d' } }, /max that is shorter than min/],
  [{ min_history: '9d' }, /longer than 8d/],
  [{ when: 'daily' }, /weekly/],
  [{ days: 3 }, /8/],
])('the configuration %j is refused', (keys, why) => {
  expect(() => options('never', keys)).toThrow(why);
});

import { expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.js';
import type { TimeSpan } from '../../src/core/timeSpan.js';
import { LEDGER_STEPS } from '../../src/truth/horizonBins.js';
import {
  candidatesAt,
  DAY,
  frameOf,
  HOUR,
  METHODS,
  newTruth,
  noiseOf,
  rawForecast,
  runHour,
  type Signal,
  START,
  STEP_SECONDS,
} from './support.js';

const WIDTH = METHODS.length + 2;

/** A fleet whose signals have a daily wave, and a model that knows the wave but not the noise. */
function waves(servers: number, scale: number, halfWidth: number) {
  const wave: Signal = (i) => 40 + 10 * Math.sin((2 * Math.PI * i) / DAY);
  const signals = Object.fromEntries(
    Array.from({ length: servers }, (_, s): [string, Signal] => {
      const noise = noiseOf(seededRandom(s + 1));
      return [`db-${s}`, (i) => wave(i) + scale * noise(i)];
    }),
  );
  const model = (_: Signal, origin: number) => rawForecast((h) => wave(origin + 1 + h), halfWidth);
  return { signals, model };
}

test('intervals that are far too wide or narrow come to hold four fifths of the samples, whatever the unit', () => {
  for (const [scale, halfWidth] of [
    [1, 2.5],
    [1, 0.4],
    [0.001, 0.0005],
  ] as const) {
    const truth = newTruth();
    const fleet = waves(3, scale, halfWidth);
    let inside = 0;
    let all = 0;
    for (let hour = 0; hour < 360; hour++) {
      const origin = START + hour * HOUR;
      const served = runHour(truth, fleet, origin);
      if (hour < 144) continue;
      for (const [server, values] of Object.entries(served)) {
        for (let h = 0; h < 96; h += 5) {
          const actual = fleet.signals[server]!(origin + 1 + h);
          if (actual >= values[h * 3]! && actual <= values[h * 3 + 2]!) inside++;
          all++;
        }
      }
    }
    expect(inside / all).toBeGreaterThan(0.77);
    expect(inside / all).toBeLessThan(0.83);
  }
});

test('on a ramp that the model does not see the line serves within hours, and a season brings the model back', () => {
  const truth = newTruth();
  const noise = noiseOf(seededRandom(3));
  const wave: Signal = (i) => 40 + 5 * Math.sin((2 * Math.PI * i) / DAY) + 0.1 * noise(i);
  const turn = START + 6 * HOUR;
  const signal: Signal = (i) => (i < turn ? 60 + 0.2 * (i - START) + 0.1 * noise(i) : wave(i));
  const model = (_: Signal, origin: number) => rawForecast((h) => wave(origin + 1 + h) + 0.05, 0.3);
  const fleet = { signals: { 'db-1': signal }, model };
  const weight = (bin: number, method: number) => truth.plan('db-1', 'mem_used_pct', 'generic')[bin * WIDTH + method]!;
  const line = METHODS.indexOf('line_4h');
  expect(weight(3, 0)).toBe(1);
  for (let i = START; i < turn; i += HOUR) runHour(truth, fleet, i);
  for (let bin = 0; bin < 4; bin++) expect(weight(bin, 0)).toBeLessThan(0.05);
  expect(weight(3, line)).toBeGreaterThan(0.5);
  for (let i = turn; i < turn + 48 * HOUR; i += HOUR) runHour(truth, fleet, i);
  // Half an hour ahead the line follows a smooth wave well too, and the ramp's errors are not forgotten yet.
  for (let bin = 2; bin < 4; bin++) expect(weight(bin, 0)).toBeGreaterThan(0.9);
});

test('a series without evidence of its own is calibrated like the others of its metric', () => {
  const truth = newTruth();
  const fleet = waves(3, 1, 2.5);
  for (let i = 0; i < 72; i++) runHour(truth, fleet, START + i * HOUR);
  const plan = truth.plan('new-server', 'mem_used_pct', 'generic');
  const other = truth.plan('new-server', 'mem_used_pct', 'database');
  expect(plan[0]).toBe(1);
  expect(plan[METHODS.length]).toBeGreaterThan(0.35);
  expect(plan[METHODS.length]).toBeLessThan(0.7);
  expect(other[METHODS.length]).toBeCloseTo(plan[METHODS.length]!, 1);
  expect([...truth.plan('new-server', 'load_average', 'generic')].slice(0, WIDTH)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 1]);
});

test('the order of servers within a cycle changes nothing', () => {
  const fleet = waves(3, 1, 1);
  const reversed = { ...fleet, signals: Object.fromEntries(Object.entries(fleet.signals).reverse()) };
  const [one, other] = [newTruth(), newTruth()];
  for (let i = 0; i < 40; i++) {
    runHour(one, fleet, START + i * HOUR);
    runHour(other, reversed, START + i * HOUR);
  }
  for (const server of [...Object.keys(fleet.signals), 'unknown'])
    expect(one.plan(server, 'mem_used_pct', 'generic')).toEqual(other.plan(server, 'mem_used_pct', 'generic'));
});

test('nothing in a bucket that is not complete, or later, changes a verdict', () => {
  const fleet = waves(1, 1, 1);
  const signal = fleet.signals['db-0']!;
  const plans = [0, 1].map((scramble) => {
    const truth = newTruth();
    for (let i = 0; i < 20; i++) {
      const origin = START + i * HOUR;
      const raw = fleet.model(signal, origin);
      const candidates = candidatesAt(signal, origin);
      const made = { origin, raw, candidates, served: raw, wasServed: true };
      truth.record({ server: 'db-0', metric: 'mem_used_pct', profile: 'generic', at: origin * STEP_SECONDS, ...made });
      const newest = origin + 5;
      truth.resolve(frameOf('db-0', (b) => (b >= newest && scramble === 1 ? 99 : signal(b)), newest));
      truth.settle(newest * STEP_SECONDS);
    }
    return { plan: truth.plan('db-0', 'mem_used_pct', 'generic'), accuracy: truth.report(0).accuracy };
  });
  expect(plans[1]).toEqual(plans[0]);
});

test('absent actuals, gaps of days and late frames are skipped without harm', () => {
  const truth = newTruth();
  const fleet = waves(1, 1, 1);
  const signal = fleet.signals['db-0']!;
  runHour(truth, fleet, START);
  expect(truth.resolve(frameOf('db-0', () => Number.NaN, START + HOUR))).toBe(0);
  expect(truth.report(0).pending).toBe(LEDGER_STEPS.length - 3);
  // Twenty days later nothing of it is in the window any more.
  expect(truth.resolve(frameOf('db-0', signal, START + 20 * DAY))).toBe(0);
  expect(truth.report(0).pending).toBe(0);
  runHour(truth, fleet, START + 20 * DAY);
  expect(truth.resolve(frameOf('db-0', signal, START + 19 * DAY))).toBe(0);
  expect(truth.resolve(frameOf('db-0', signal, START + 21 * DAY))).toBe(LEDGER_STEPS.length);
});

test('no step with planned maintenance between its forecast and its time is judged, in whatever part of a bucket', () => {
  const fleet = waves(1, 1, 1);
  const judgedWith = (from: number, to: number) => {
    const truth = newTruth();
    runHour(truth, fleet, START);
    const frame = frameOf('db-0', fleet.signals['db-0']!, START + DAY);
    return truth.resolve({ ...frame, maintenance: [{ from: from * STEP_SECONDS, to: to * STEP_SECONDS }] });
  };
  const steps = (isJudged: (step: number) => boolean) => LEDGER_STEPS.filter(isJudged).length;
  expect(judgedWith(START - 5, START)).toBe(LEDGER_STEPS.length);
  // The forecast itself was made in it.
  expect(judgedWith(START - 5, START + 0.1)).toBe(0);
  expect(judgedWith(START + 24.9, START + 25)).toBe(steps((step) => step < 24));
  expect(judgedWith(START + 25, START + 30)).toBe(steps((step) => step < 25));
  expect(judgedWith(START + 97, START + 99)).toBe(LEDGER_STEPS.length);
});

test('a planned outage changes neither who serves nor how wide the intervals are', () => {
  const noise = waves(1, 1, 1);
  const outage = { from: START + 20 * HOUR, to: START + 24 * HOUR };
  const signal = (bucket: number) => {
    const isOut = bucket >= outage.from && bucket < outage.to;
    return isOut ? 0 : noise.signals['db-0']!(bucket);
  };
  const plansAfter = (maintenance: readonly TimeSpan[]) => {
    const truth = newTruth();
    const undisturbed = newTruth();
    for (let i = 0; i < 60; i++) {
      const origin = START + i * HOUR;
      for (const [one, values] of [
        [truth, signal],
        [undisturbed, noise.signals['db-0']!],
      ] as const) {
        one.resolve({ ...frameOf('db-0', values, origin), maintenance });
        one.settle(origin * STEP_SECONDS);
        // Both were told the same: what is compared is what they learn from what came.
        const raw = noise.model(noise.signals['db-0']!, origin);
        const made = { origin, raw, candidates: candidatesAt(noise.signals['db-0']!, origin), served: raw };
        const who = { server: 'db-0', metric: 'mem_used_pct', profile: 'generic', at: origin * STEP_SECONDS } as const;
        one.record({ ...who, ...made, wasServed: true });
      }
    }
    const plan = (one: typeof truth) => Array.from(one.plan('db-0', 'mem_used_pct', 'generic'));
    return { disturbed: plan(truth), undisturbed: plan(undisturbed), report: truth.report(0) };
  };
  const planned = plansAfter([{ from: outage.from * STEP_SECONDS, to: outage.to * STEP_SECONDS }]);
  expect(planned.disturbed.every((value, i) => Math.abs(value - planned.undisturbed[i]!) < 0.02)).toBe(true);
  const unplanned = plansAfter([]);
  expect(unplanned.disturbed.every((value, i) => Math.abs(value - unplanned.undisturbed[i]!) < 0.02)).toBe(false);
});

test('a ledger with forecasts every hour for days loses none that come due', () => {
  const truth = newTruth();
  const fleet = waves(1, 1, 1);
  for (let i = 0; i < 60; i++) runHour(truth, fleet, START + i * HOUR);
  const { judged, pending } = truth.report(0);
  expect(judged + pending).toBe(60 * LEDGER_STEPS.length);
});

test('live accuracy says nothing until twelve forecasts were judged, then how much better the model is', () => {
  const truth = newTruth();
  const fleet = waves(1, 1, 1.28);
  for (let i = 0; i < 8; i++) runHour(truth, fleet, START + i * HOUR);
  const [first] = truth.report(0).accuracy;
  expect(first).toMatchObject({ metric: 'mem_used_pct', horizon: '30m', forecasts: 7, mase: Number.NaN, skill: {} });
  for (let i = 8; i < 72; i++) runHour(truth, fleet, START + i * HOUR);
  const { accuracy, serving } = truth.report(0);
  expect(accuracy.map(({ horizon }) => horizon)).toEqual(['30m', '1h', '4h', '8h']);
  for (const { mase, skill, coverage, width, wql } of accuracy) {
    // The naive error is that of the difference of two independent noises: √2 times the model's.
    expect(mase).toBeGreaterThan(0.55);
    expect(mase).toBeLessThan(0.9);
    expect(skill.seasonal_naive_24h).toBeGreaterThan(0.1);
    expect(skill.predict_linear_4h).toBeGreaterThan(0.1);
    expect(coverage).toBeGreaterThan(0.65);
    expect(width).toBeGreaterThan(1);
    expect(wql).toBeLessThan(0.05);
  }
  expect(serving).toMatchObject([{ metric: 'mem_used_pct', model: 'tft', reason: 'nothing was better so far' }]);
});

test('hindcasts teach the blend and are judged apart from live accuracy', () => {
  const truth = newTruth();
  const fleet = waves(1, 1, 5);
  const signal = fleet.signals['db-0']!;
  const frame = frameOf('db-0', signal, START);
  for (let origin = START - 2 * DAY; origin < START; origin += HOUR) {
    const raw = fleet.model(signal, origin);
    const made = { origin, raw, candidates: candidatesAt(signal, origin), served: raw, wasServed: false };
    truth.record({ server: 'db-0', metric: 'mem_used_pct', profile: 'generic', at: origin * STEP_SECONDS, ...made });
    truth.resolve(frame, origin + HOUR);
  }
  const { since, judged, judgedAtStart, accuracy, hindsight } = truth.report(0);
  expect(hindsight.map(({ horizon }) => horizon)).toEqual(['30m', '1h', '4h', '8h']);
  for (const { mase, skill } of hindsight) {
    expect(mase).toBeLessThan(1);
    expect(Object.keys(skill)).toHaveLength(6);
  }
  expect(judgedAtStart.hindcasts).toBeGreaterThan(300);
  expect({ since, judged, recorded: judgedAtStart.recorded, accuracy }).toEqual({
    since: Number.NaN,
    judged: 0,
    recorded: 0,
    accuracy: [],
  });
  expect(truth.plan('db-0', 'mem_used_pct', 'generic')[METHODS.length]).toBeLessThan(0.8);
});

test('forecasts that Prometheus recorded before a restart count for accuracy once their time has come', () => {
  const truth = newTruth();
  const { signals } = waves(1, 1, 1);
  const frame = frameOf('db-0', signals['db-0']!, START);
  const recorded = Array.from({ length: 30 }, (_, i) => {
    const origin = START - 30 + i;
    const p50 = signals['db-0']!(origin + 6);
    return { metric: 'mem_used_pct', horizon: '30m' as const, origin, p10: p50 - 1, p50, p90: p50 + 1 };
  });
  const unknown = { ...recorded[0]!, metric: 'load_average' };
  expect(truth.judgeRecorded(frame, [...recorded, unknown, { ...recorded[0]!, p50: Number.NaN }])).toBe(24);
  const [accuracy] = truth.report(0).accuracy;
  expect(truth.report(0)).toMatchObject({ judged: 0, judgedAtStart: { recorded: 24, hindcasts: 0 } });
  expect(accuracy).toMatchObject({ forecasts: 24, coverage: 1, skill: {} });
  expect(accuracy!.mase).toBeCloseTo(0);
});

test('servers are due once per interval, spread over it by their names or all at once', () => {
  const spread = newTruth({}, true);
  const together = newTruth({}, false);
  const hour = START * STEP_SECONDS;
  const servers = Array.from({ length: 60 }, (_, i) => `web-${i}`);
  const fleet = waves(1, 1, 1);
  const record = (truth: typeof spread, server: string, at: number) => {
    const origin = Math.floor(at / STEP_SECONDS);
    const raw = fleet.model(fleet.signals['db-0']!, origin);
    const candidates = candidatesAt(fleet.signals['db-0']!, origin);
    truth.record({
      server,
      metric: 'x',
      profile: 'generic',
      at,
      origin,
      raw,
      candidates,
      served: raw,
      wasServed: true,
    });
  };
  for (const truth of [spread, together]) for (const server of servers) record(truth, server, hour);
  const dueLater = (truth: typeof spread, seconds: number) =>
    servers.filter((s) => truth.isDue(s, hour + seconds)).length;
  expect(dueLater(together, 3599)).toBe(0);
  expect(dueLater(together, 3600)).toBe(60);
  expect(dueLater(spread, 0)).toBe(0);
  expect(dueLater(spread, 1800)).toBeGreaterThan(15);
  expect(dueLater(spread, 1800)).toBeLessThan(45);
  expect(dueLater(spread, 3600)).toBe(60);
});

test('there is room for so many series only, a forgotten server makes room, and the rest is served by the pool', () => {
  const truth = newTruth({ maxSeries: 2 });
  const fleet = waves(3, 1, 1);
  runHour(truth, fleet, START);
  expect(truth.report(0).pending).toBe(2 * LEDGER_STEPS.length);
  expect(truth.plan('db-2', 'mem_used_pct', 'generic')[0]).toBe(1);
  truth.forget('db-0');
  truth.forget('db-0');
  expect(truth.report(0).pending).toBe(LEDGER_STEPS.length);
  runHour(truth, { ...fleet, signals: { 'db-2': fleet.signals['db-2']! } }, START + HOUR);
  expect(truth.report(0).pending).toBe(2 * LEDGER_STEPS.length);
});

test('switched off, nothing is due', () => {
  expect(newTruth({ isEnabled: false }).isDue('db-0', START * STEP_SECONDS)).toBe(false);
});

test('a forecast of another shape than the methods promise is refused', () => {
  const truth = newTruth();
  const raw = rawForecast(() => 1, 1);
  const made = { origin: START, raw, candidates: new Float32Array(96), served: raw, wasServed: true };
  expect(() => truth.record({ server: 'a', metric: 'x', profile: 'generic', at: 0, ...made })).toThrow(
    'ledger got 96 numbers as candidates; expected 576',
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forecast, HORIZON_STEPS, type RiskPath } from '../../src/core/flow.js';
import { type MadeForecasts, PastForecasts } from '../../src/truth/pastForecasts.js';

const HOUR = 3600;
const START = 1_795_000_000;
const AGES = [
  { name: '1h', seconds: HOUR },
  { name: '4h', seconds: 4 * HOUR },
];
const OPTIONS = { ages: AGES, everySeconds: 1800, maxBytes: 10_000_000 };

/** Every value of the forecast is the time at which it was made. */
function madeAt(at: number, server = 'web01', metric = 'mem_used_pct'): Forecast {
  return {
    server,
    metric,
    origin: at,
    stepSeconds: 300,
    values: new Float32Array(288).fill(at - START),
    model: 'test',
  };
}

const one = (...forecasts: Forecast[]): MadeForecasts => ({ server: forecasts[0]!.server, forecasts });

/** As a cycle does it, without giving turns to others. */
function remember(past: PastForecasts, at: number, ...made: MadeForecasts[]): void {
  Array.from(past.remember(at, made));
}

function run(past: PastForecasts, hours: number, made = (at: number) => [one(madeAt(at))]): number {
  const end = START + hours * HOUR;
  for (let at = START; at <= end; at += 60) remember(past, at, ...made(at));
  return end;
}

describe('past forecasts', () => {
  it('come back as they were made at each age, at most one interval earlier', () => {
    const past = new PastForecasts(OPTIONS);
    const end = run(past, 6);
    for (const age of AGES) {
      const [forecast] = past.asOf(end).forecastsOf('web01', age);
      const madeSecondsAgo = end - forecast!.origin;
      expect(madeSecondsAgo).toBeGreaterThanOrEqual(age.seconds);
      expect(madeSecondsAgo).toBeLessThan(age.seconds + 1800);
      expect(forecast!.values[0]).toBe(forecast!.origin - START);
    }
  });

  it('are absent until they are old enough, for servers that were not there, and after a long silence', () => {
    const past = new PastForecasts(OPTIONS);
    const end = run(past, 2);
    const [oneHour, fourHours] = AGES as [(typeof AGES)[0], (typeof AGES)[0]];
    expect(past.asOf(end).forecastsOf('web01', oneHour)).toHaveLength(1);
    expect(past.asOf(end).forecastsOf('web01', fourHours)).toEqual([]);
    expect(past.asOf(end).forecastsOf('web02', oneHour)).toEqual([]);
    expect(past.asOf(end + 20 * HOUR).forecastsOf('web01', oneHour)).toEqual([]);
  });

  it('are kept again at once after a clock was set back', () => {
    const past = new PastForecasts(OPTIONS);
    for (let at = START + 24 * HOUR; at < START + 27 * HOUR; at += 60) remember(past, at, one(madeAt(at)));
    const end = run(past, 2);
    const [forecast] = past.asOf(end).forecastsOf('web01', AGES[0]!);
    expect(end - forecast!.origin).toBeGreaterThanOrEqual(HOUR);
    expect(end - forecast!.origin).toBeLessThan(HOUR + 1800);
  });

  it('stay what they were for a cycle that has been published, while more are made', () => {
    const past = new PastForecasts(OPTIONS);
    const end = run(past, 2);
    const published = past.asOf(end);
    const [before] = published.forecastsOf('web01', AGES[0]!);
    for (let at = end; at < end + 10 * HOUR; at += 60) remember(past, at, one(madeAt(at)));
    expect(published.forecastsOf('web01', AGES[0]!)).toEqual([before]);
  });

  it('never take more memory than is allowed, and leave out the servers that come last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 1, max: 12 }), (maxBytes, count) => {
        const past = new PastForecasts({ ...OPTIONS, maxBytes });
        const servers = Array.from({ length: count }, (_, i) => `web${i}`);
        const end = run(past, 5, (at) => servers.map((server) => one(madeAt(at, server))));
        expect(past.bytes).toBeLessThanOrEqual(maxBytes);
        const kept = servers.filter((server) => past.asOf(end).forecastsOf(server, AGES[1]!).length > 0);
        expect(kept).toEqual(servers.slice(0, kept.length));
        expect(past.serversLeftOut).toBe(count - kept.length);
      }),
      { numRuns: 20 },
    );
  });

  it('take 384 bytes per series and moment', () => {
    const past = new PastForecasts(OPTIONS);
    remember(past, START, one(madeAt(START), madeAt(START, 'web01', 'load_average')));
    expect(past.bytes).toBe(2 * 384);
  });

  it('run straight between the steps that are kept, and end with the last of them', () => {
    const past = new PastForecasts(OPTIONS);
    const values = Float32Array.from({ length: 288 }, (_, i) => Math.floor(i / 3) * 10 + (i % 3));
    remember(past, START, one({ ...madeAt(START), values }));
    const [forecast] = past.asOf(START + HOUR).forecastsOf('web01', AGES[0]!);
    expect(forecast!.values.subarray(0, 94 * 3)).toEqual(values.subarray(0, 94 * 3));
    expect(forecast!.values.subarray(94 * 3)).toEqual(new Float32Array(6).fill(Number.NaN));
  });

  it('have the risk along them as it was then, in a third of the bytes of one metric', () => {
    const past = new PastForecasts(OPTIONS);
    const scores = Float32Array.from({ length: HORIZON_STEPS }, (_, step) => step / 2);
    const path: RiskPath = { origin: START, stepSeconds: 300, scores };
    remember(past, START, { ...one(madeAt(START)), riskPath: () => path }, one(madeAt(START, 'web02')));
    const known = past.asOf(START + HOUR);
    const { scores: kept, ...grid } = known.riskPathOf('web01', AGES[0]!)!;
    expect(grid).toEqual({ origin: START, stepSeconds: 300 });
    expect(kept.subarray(0, 94)).toEqual(scores.subarray(0, 94));
    expect(kept.subarray(94)).toEqual(new Float32Array(2).fill(Number.NaN));
    expect(past.bytes).toBe(2 * 384 + 128);
    expect(known.riskPathOf('web01', AGES[1]!)).toBeUndefined();
    expect(known.riskPathOf('web02', AGES[0]!)).toBeUndefined();
  });

  it('ask for no risk of a server for which the memory does not do', () => {
    const past = new PastForecasts({ ...OPTIONS, maxBytes: 0 });
    const riskPath = () => {
      throw new Error('asked');
    };
    remember(past, START, { ...one(madeAt(START)), riskPath });
    expect(past.serversLeftOut).toBe(1);
  });

  it('are not kept where no age is wanted, and survive a reload that asks for the same', () => {
    const none = new PastForecasts({ ...OPTIONS, ages: [] });
    const end = run(none, 2);
    expect(none.bytes).toBe(0);
    const past = new PastForecasts(OPTIONS);
    run(past, 2);
    expect(
      past
        .adopt({ ...OPTIONS })
        .asOf(end)
        .forecastsOf('web01', AGES[0]!),
    ).toHaveLength(1);
    expect(past.adopt({ ...OPTIONS, everySeconds: 600 }).bytes).toBe(0);
  });
});

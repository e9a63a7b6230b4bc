import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import type { ClaimSubject, JudgedClaim } from '../../../src/truth/incidents/judgedClaim.js';
import { Recalibration } from '../../../src/truth/incidents/recalibration.js';

const A_DATABASE = { server: 'a', metric: 'mem_used_pct', profile: 'database' } as const;
const HALF_LIFE = 7 * 288;

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const ascending = fc
  .tuple(probability, probability, probability, probability)
  .map((values) => Float32Array.from(values.sort((a, b) => a - b)));
const verdicts: fc.Arbitrary<JudgedClaim[]> = fc.array(
  fc.record({
    server: fc.constantFrom('a', 'b'),
    metric: fc.constantFrom('mem_used_pct', 'cpu_idle_pct'),
    profile: fc.constantFrom('database' as const, 'generic' as const),
    horizon: fc.integer({ min: 0, max: 3 }),
    bucket: fc.integer({ min: 1000, max: 9000 }),
    probability,
    came: fc.boolean(),
    weight: fc.double({ min: 0.05, max: 1, noNaN: true }),
  }),
  { maxLength: 60 },
);

function taughtBy(found: readonly JudgedClaim[]): Recalibration {
  const recalibration = new Recalibration(HALF_LIFE);
  for (const verdict of found) recalibration.add(verdict);
  recalibration.settle();
  return recalibration;
}

/** As a ledger teaches it: what came due takes effect day by day. */
function taughtByTheDay(days: number, ofDay: (bucket: number) => readonly JudgedClaim[]): Recalibration {
  const recalibration = new Recalibration(HALF_LIFE);
  for (let day = 0; day < days; day++) {
    for (const verdict of ofDay(5000 + 288 * day)) recalibration.add(verdict);
    recalibration.settle();
  }
  return recalibration;
}

/** Cases of one kind, of which `came` came after `promised`. */
function cases(promised: number, came: number, count: number, change: Partial<JudgedClaim> = {}): JudgedClaim[] {
  const base = {
    server: 'a',
    metric: 'mem_used_pct',
    profile: 'generic',
    horizon: 2,
    bucket: 5000,
    weight: 1,
  } as const;
  return Array.from({ length: count }, (_, i) => ({
    ...{ ...base, probability: promised, came: i < came * count },
    ...change,
  }));
}

/** Of a server that nothing is known of alone, unless one is named. */
const told = (recalibration: Recalibration, promised: number, of: Partial<ClaimSubject> = {}) =>
  recalibration.apply(
    { server: 'new', metric: 'mem_used_pct', profile: 'generic', ...of },
    Float32Array.of(0, 0, promised, promised),
  )[2]!;

describe('recalibrated probabilities', () => {
  it('are what the model says, to the last digit, until something came due', () => {
    fc.assert(
      fc.property(ascending, (raw) => {
        expect(taughtBy([]).apply(A_DATABASE, raw)).toEqual(raw);
      }),
    );
  });

  it('stay probabilities, never fall with the horizon and keep the order of what the model says', () => {
    fc.assert(
      fc.property(verdicts, ascending, ascending, (found, a, b) => {
        // In two settlings, so that own rates and curves learn, too.
        const recalibration = taughtBy(found);
        for (const verdict of found) recalibration.add(verdict);
        recalibration.settle();
        const low = recalibration.apply(
          A_DATABASE,
          a.map((value, h) => Math.min(value, b[h]!)),
        );
        const high = recalibration.apply(
          A_DATABASE,
          a.map((value, h) => Math.max(value, b[h]!)),
        );
        for (let h = 0; h < 4; h++) {
          expect(low[h]).toBeGreaterThanOrEqual(h === 0 ? 0 : low[h - 1]!);
          expect(high[h]).toBeLessThanOrEqual(1);
          expect(low[h]).toBeLessThanOrEqual(high[h]!);
        }
      }),
    );
  });

  it('do not depend on the order in which the verdicts of one moment came', () => {
    fc.assert(
      fc.property(verdicts, fc.nat(), ascending, (found, seed, raw) => {
        const random = seededRandom(seed);
        const moments = found.map((verdict) => ({ ...verdict, bucket: 1000 * Math.floor(verdict.bucket / 1000) }));
        const keyed = moments.map((verdict) => [verdict.bucket + random(), verdict] as const);
        const shuffled = keyed.sort(([a], [b]) => a - b);
        const inOrder = [...moments].sort((a, b) => a.bucket - b.bucket);
        const plain = taughtBy(inOrder).apply({ ...A_DATABASE, profile: 'generic' }, raw);
        const other = taughtBy(shuffled.map(([, verdict]) => verdict)).apply(
          { ...A_DATABASE, profile: 'generic' },
          raw,
        );
        plain.forEach((value, h) => {
          expect(other[h]).toBeCloseTo(value, 4);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('come to what comes, where a model promises half of it', () => {
    const found = [...cases(0.05, 0.1, 2000), ...cases(0.2, 0.4, 500), ...cases(0.4, 0.65, 200)];
    const recalibration = taughtBy(found);
    expect(Math.abs(told(recalibration, 0.05) - 0.1)).toBeLessThan(0.03);
    expect(Math.abs(told(recalibration, 0.2) - 0.4)).toBeLessThan(0.05);
    expect(Math.abs(told(recalibration, 0.4) - 0.65)).toBeLessThan(0.05);
  });

  it('are lifted where little comes without lifting what is right where much does', () => {
    const found = [
      ...cases(0.02, 0.06, 3000),
      ...cases(0.1, 0.25, 800),
      ...cases(0.5, 0.55, 400),
      ...cases(0.8, 0.8, 200),
    ];
    const recalibration = taughtBy(found);
    expect(Math.abs(told(recalibration, 0.02) - 0.06)).toBeLessThan(0.03);
    expect(Math.abs(told(recalibration, 0.1) - 0.25)).toBeLessThan(0.05);
    expect(Math.abs(told(recalibration, 0.5) - 0.55)).toBeLessThan(0.07);
    expect(Math.abs(told(recalibration, 0.8) - 0.8)).toBeLessThan(0.07);
  });

  it('learn much less from a fleet whose servers breach as one than from as many that breach each for itself', () => {
    const DAYS = 30;
    const SERVERS = 20;
    const random = seededRandom(7);
    const served = (isTogether: boolean) => {
      const recalibration = new Recalibration(HALF_LIFE);
      for (let day = 0; day < DAYS; day++) {
        const shared = random() < 0.3;
        const ofDay = Array.from({ length: SERVERS }, (_, i) =>
          cases(0.1, (isTogether ? shared : random() < 0.3) ? 1 : 0, 1, { server: `s${i}` }),
        );
        for (const verdict of ofDay.flat()) recalibration.add({ ...verdict, bucket: 5000 + day * 288, weight: 0.25 });
        recalibration.settle();
      }
      return told(recalibration, 0.1);
    };
    expect(served(false)).toBeGreaterThan(0.24);
    const together = served(true);
    expect(together).toBeGreaterThan(0.1);
    expect(together).toBeLessThan(0.22);
  });

  it('hardly move by two breaches, and most of the way by forty', () => {
    const few = told(taughtBy(cases(0.1, 0.3, 7)), 0.1);
    const many = told(taughtBy(cases(0.1, 0.3, 130)), 0.1);
    expect(few).toBeGreaterThan(0.1);
    expect(few).toBeLessThan(0.2);
    expect(many).toBeGreaterThan(0.25);
    expect(many).toBeLessThan(0.31);
  });

  it('of a metric without verdicts follow those of all others, less than their own', () => {
    const recalibration = taughtBy(cases(0.1, 0.3, 60));
    const [own, other] = [told(recalibration, 0.1), told(recalibration, 0.1, { metric: 'swap_used_pct' })];
    expect(other).toBeGreaterThan(0.13);
    expect(own).toBeGreaterThan(other);
  });

  it('of a server that breaches more often than its like are higher than theirs, and lower where it never does', () => {
    const shareOf = (i: number) => (i === 0 ? 0.5 : i === 1 ? 0 : 0.1);
    const recalibration = taughtByTheDay(20, (bucket) =>
      Array.from({ length: 20 }, (_, i) => cases(0.1, shareOf(i), 10, { server: `s${i}`, bucket })).flat(),
    );
    const [often, never, usual] = ['s0', 's1', 's2'].map((server) => told(recalibration, 0.1, { server }));
    expect(often).toBeGreaterThan(usual! + 0.1);
    expect(never).toBeLessThan(usual! - 0.02);
    expect(told(recalibration, 0.1)).toBeCloseTo(usual!, 1);
    recalibration.forget('s0');
    expect(told(recalibration, 0.1, { server: 's0' })).toBe(told(recalibration, 0.1));
  });

  it('come near to what comes where that follows no line: nothing between two heights that often come', () => {
    const shape = [
      [0.05, 0.05],
      [0.2, 0.4],
      [0.4, 0.42],
      [0.8, 0.5],
    ] as const;
    const recalibration = taughtByTheDay(20, (bucket) =>
      shape.flatMap(([promised, came]) => cases(promised, came, 100, { bucket })),
    );
    for (const [promised, came] of shape) expect(Math.abs(told(recalibration, promised) - came)).toBeLessThan(0.05);
  });

  it('go back to what the model says as the evidence fades', () => {
    const recalibration = taughtBy([
      ...cases(0.1, 0.5, 100),
      ...cases(0.1, 0, 1, { bucket: 5000 + 20 * HALF_LIFE, weight: 0.001 }),
    ]);
    expect(told(recalibration, 0.1)).toBeCloseTo(0.1, 2);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, type Random, seededRandom } from '../../src/core/random.js';
import {
  BLOCK_SECONDS,
  Challenge,
  type ChallengeRules,
  compareLosses,
  type Verdict,
} from '../../src/truth/challenge.js';
import { studentQuantile } from '../../src/truth/studentQuantile.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const RULES: ChallengeRules = { lookSeconds: DAY, longestSeconds: 14 * DAY, minimumGain: 0.01 };

interface Pair {
  readonly at: number;
  readonly champion: number;
  readonly challenger: number;
}

interface Fleet {
  readonly servers: number;
  readonly days: number;
  /** Of the challenger over the champion. */
  readonly gain: number;
  /** How much the two differ by turns, where neither is better; 1 = a server's hours by a fifth. */
  readonly unlike: number;
}

/**
 * Losses as a fleet's are: heavy-tailed, of servers that differ tenfold, with shocks that all servers share and that take hours
 * to fade, in the level and in the difference of the two models.
 */
function simulate({ servers, days, gain, unlike }: Fleet, random: Random): Pair[] {
  const sizes = Array.from({ length: servers }, () => Math.exp(0.8 * normal(random)));
  const own = new Float64Array(servers);
  let shared = 0;
  const pairs: Pair[] = [];
  for (let hour = 0; hour < 24 * days; hour++) {
    shared = 0.85 * shared + 0.02 * normal(random);
    for (let server = 0; server < servers; server++) {
      own[server] = 0.85 * own[server]! + 0.1 * normal(random);
      for (let sample = 0; sample < 3; sample++) {
        const level = sizes[server]! * Math.exp(0.7 * normal(random));
        const tilt = unlike * (shared + own[server]! + 0.3 * normal(random));
        pairs.push({
          at: hour * HOUR,
          champion: level * Math.exp(tilt / 2),
          challenger: level * Math.exp(-tilt / 2) * (1 - gain),
        });
      }
    }
  }
  return pairs;
}

/** Looks once an hour, until there is a verdict; undefined if there never is one. */
function run(pairs: readonly Pair[]): { readonly verdict: Verdict; readonly days: number } | undefined {
  const challenge = new Challenge(RULES, { startedAt: 0, looks: 0, blocks: [] });
  let at = 0;
  for (const pair of pairs) {
    if (pair.at > at) {
      at = pair.at;
      const verdict = challenge.verdict(at);
      if (verdict.kind !== 'undecided') return { verdict, days: at / DAY };
    }
    challenge.add(pair.at, pair.champion, pair.challenger);
  }
  return undefined;
}

function outcomes(fleet: Fleet, seeds: number) {
  return Array.from({ length: seeds }, (_, seed) => run(simulate(fleet, seededRandom(seed + 1))));
}

describe('a challenge', () => {
  test('of two equal models is won in at most one of twenty, over two weeks of daily looks', () => {
    const kinds = outcomes({ servers: 4, days: 15, gain: 0, unlike: 1 }, 300).map((outcome) => outcome?.verdict.kind);
    const count = (kind: Verdict['kind']) => kinds.filter((one) => one === kind).length;
    expect(count('better') / kinds.length).toBeLessThanOrEqual(0.05);
    expect(count('worse') / kinds.length).toBeLessThanOrEqual(0.05);
    expect(count('out of time') / kinds.length).toBeGreaterThanOrEqual(0.9);
  });

  test('is won by a model that is 5 % better, mostly within four days', () => {
    const ended = outcomes({ servers: 20, days: 15, gain: 0.05, unlike: 0.5 }, 40);
    const won = ended.filter((outcome) => outcome?.verdict.kind === 'better');
    expect(won.length).toBeGreaterThanOrEqual(38);
    expect(won.filter((outcome) => outcome!.days <= 4).length).toBeGreaterThan(won.length / 2);
    for (const outcome of won)
      expect(outcome!.verdict).toMatchObject({ lower: expect.any(Number), pairs: expect.any(Number) });
  });

  test('is lost early by a model that is clearly worse', () => {
    const ended = outcomes({ servers: 10, days: 15, gain: -0.1, unlike: 0.5 }, 20);
    expect(ended.filter((outcome) => outcome?.verdict.kind === 'worse').length).toBeGreaterThanOrEqual(18);
  });

  test('has no verdict before a day, however clear it is', () => {
    const clear = simulate({ servers: 20, days: 1, gain: 0.5, unlike: 0.5 }, seededRandom(1));
    expect(run(clear)).toBeUndefined();
  });

  test('is not won by a gain that is sure but too small to be worth a change', () => {
    const pairs = Array.from({ length: 15 * 24 * 20 }, (_, i) => ({
      at: Math.floor(i / 20) * HOUR,
      champion: 1,
      challenger: 0.995,
    }));
    expect(run(pairs)).toMatchObject({ verdict: { kind: 'out of time', gain: expect.closeTo(0.005, 6) } });
  });

  test('is looked at once in a stretch, however many stretches went by with too little evidence or while nobody was there', () => {
    const rules = { ...RULES, lookSeconds: 8 * HOUR };
    const challenge = new Challenge(rules, { startedAt: 0, looks: 0, blocks: [] });
    const looksAfter = (from: number, to: number) => {
      for (let at = from; at <= to; at += HOUR) {
        for (let pair = 0; pair < 20; pair++) challenge.add(at, 1, 1 + (at % 7 === 0 ? 0.1 : -0.1));
        challenge.verdict(at);
      }
      return challenge.evidence.looks;
    };
    // Three blocks are known from the sixteenth hour on: two stretches are over by then.
    expect(looksAfter(0, 15 * HOUR)).toBe(0);
    expect(looksAfter(16 * HOUR, 23 * HOUR)).toBe(1);
    expect(looksAfter(24 * HOUR, 31 * HOUR)).toBe(2);
    // Two days without linborg.
    expect(looksAfter(80 * HOUR, 87 * HOUR)).toBe(3);
    expect(looksAfter(88 * HOUR, 88 * HOUR)).toBe(4);
  });

  test('goes on from evidence that does not say when it was looked at as if every stretch had had its look', () => {
    const pairs = simulate({ servers: 5, days: 4, gain: 0, unlike: 1 }, seededRandom(3));
    const whole = new Challenge(RULES, { startedAt: 0, looks: 0, blocks: [] });
    for (const { at, champion, challenger } of pairs) {
      whole.add(at, champion, challenger);
      whole.verdict(at);
    }
    const { lookedAt: _, ...older } = whole.evidence;
    const resumed = new Challenge(RULES, older);
    resumed.verdict(4 * DAY - HOUR);
    expect(resumed.evidence.looks).toBe(3);
    resumed.verdict(4 * DAY);
    expect(resumed.evidence.looks).toBe(4);
  });

  test('goes on after a restart as if there had been none', () => {
    const pairs = simulate({ servers: 5, days: 4, gain: 0.05, unlike: 0.5 }, seededRandom(7));
    const whole = new Challenge(RULES, { startedAt: 0, looks: 0, blocks: [] });
    let resumed = new Challenge(RULES, { startedAt: 0, looks: 0, blocks: [] });
    for (const [i, { at, champion, challenger }] of pairs.entries()) {
      if (i % 100 === 0) resumed = new Challenge(RULES, JSON.parse(JSON.stringify(resumed.evidence)));
      whole.add(at, champion, challenger);
      resumed.add(at, champion, challenger);
      if (i % 15 === 0) expect(resumed.verdict(at)).toEqual(whole.verdict(at));
    }
    expect(resumed.evidence).toEqual(whole.evidence);
  });

  test('does not depend on the order of the pairs, and so on the order of the servers', () => {
    const pair = fc.record({
      at: fc.integer({ min: 0, max: 5 * DAY }),
      champion: fc.double({ min: 0, max: 50, noNaN: true }),
      challenger: fc.double({ min: 0, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 60 }), fc.nat(), (pairs, seed) => {
        const random = seededRandom(seed);
        const shuffled = pairs.map((one) => ({ one, key: random() })).sort((a, b) => a.key - b.key);
        const judge = (all: readonly Pair[]) => {
          const challenge = new Challenge(RULES, { startedAt: 0, looks: 0, blocks: [] });
          for (const { at, champion, challenger } of all) challenge.add(at, champion, challenger);
          return compareLosses(challenge.evidence.blocks, 0.05);
        };
        const [a, b] = [judge(pairs), judge(shuffled.map(({ one }) => one))];
        expect(b.blocks).toBe(a.blocks);
        expect(b.pairs).toBe(a.pairs);
        for (const key of ['gain', 'lower', 'upper'] as const) {
          if (Number.isFinite(a[key])) expect(Math.abs(b[key] - a[key])).toBeLessThan(1e-6 * (1 + Math.abs(a[key])));
          else expect(b[key]).toBe(a[key]);
        }
      }),
    );
  });

  test('leaves out a pair that cannot be compared, and lets no single series decide', () => {
    const challenge = new Challenge(RULES, { startedAt: 0, looks: 0, blocks: [] });
    challenge.add(0, Number.NaN, 1);
    challenge.add(0, 1, Number.POSITIVE_INFINITY);
    expect(challenge.evidence.blocks).toEqual([]);
    challenge.add(BLOCK_SECONDS, 1e12, 1);
    expect(challenge.evidence.blocks).toEqual([{ block: 1, champion: 20, challenger: 1, pairs: 1 }]);
  });
});

test.each([
  // From the tables of Abramowitz and Stegun, 26.10.
  { tail: 0.025, freedom: 1, t: 12.706 },
  { tail: 0.025, freedom: 2, t: 4.303 },
  { tail: 0.05, freedom: 5, t: 2.015 },
  { tail: 0.005, freedom: 10, t: 3.169 },
  { tail: 0.025, freedom: 30, t: 2.042 },
])('Student’s t with $freedom degrees of freedom exceeds $t with probability $tail', ({ tail, freedom, t }) => {
  expect(studentQuantile(tail, freedom)).toBeCloseTo(t, 3);
});

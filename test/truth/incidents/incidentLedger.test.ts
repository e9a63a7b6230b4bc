import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import type { IncidentLedger } from '../../../src/truth/incidents/incidentLedger.js';
import { HOUR, START } from '../support.js';
import { type Breaches, claimAt, METRIC, newLedger, secondsAt, serverWith } from './support.js';

const DAYS = 4;

/** Claims `promised` every hour for four days, while time goes on; what was served at each hour, [horizon 8 h]. */
function live(ledger: IncidentLedger, breaches: Breaches, promised = 0.1, wasServed = true): number[] {
  const served: number[] = [];
  for (let now = 0; now < DAYS * 24 * HOUR; now += HOUR) {
    ledger.resolve(serverWith(breaches, now), START + now);
    ledger.settle();
    const claim = claimAt(now, promised);
    const told = ledger.apply({ server: 'a', metric: METRIC, profile: 'generic' }, claim.raw);
    served.push(told[3]!);
    ledger.record('a', [{ ...claim, served: told }], wasServed);
  }
  return served;
}

/** A breach of 20 minutes every `hours`, half an hour after a claim. */
const every = (hours: number): Breaches => {
  return Array.from({ length: Math.floor((DAYS * 24) / hours) }, (_, i) => [
    i * hours * HOUR + 6,
    i * hours * HOUR + 10,
  ]);
};

const horizonOf = (ledger: IncidentLedger, name: string) =>
  ledger.report().probabilities.find(({ horizon }) => horizon === name)!;

describe('the ledger of promised breaches', () => {
  it('judges every horizon when it is due, and tells what was promised beside what came', () => {
    const ledger = newLedger();
    live(ledger, every(24), 0.1);
    const { cases, breaches, brier, bins } = horizonOf(ledger, '30m');
    expect(cases).toBe(DAYS * 24 - 1);
    expect(breaches).toBe(DAYS);
    expect(brier).toBeNaN();
    const [tenth] = bins;
    expect(tenth!.observed).toBeLessThan(0.1);
    expect(ledger.report().pending).toBe(9);
  });

  it('serves more where more comes than was promised', () => {
    const served = live(newLedger(), every(12));
    expect(served[0]).toBeCloseTo(0.1, 6);
    expect(served.at(-1)).toBeGreaterThan(0.2);
  });

  it('does not learn from what comes after: another future changes nothing that was served before', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 12, max: DAYS * 24 - 1 }), (seed, hour) => {
        const random = seededRandom(seed);
        const later = Array.from({ length: 20 }, (): readonly [number, number] => {
          const from = hour * HOUR + Math.floor(random() * (DAYS * 24 - hour) * HOUR);
          return [from, from + 3 + Math.floor(random() * HOUR)];
        });
        const past = every(10).filter(([, to]) => to <= hour * HOUR);
        const plain = live(newLedger(), past).slice(0, hour + 1);
        expect(live(newLedger(), [...past, ...later]).slice(0, hour + 1)).toEqual(plain);
      }),
      { numRuns: 8 },
    );
  });

  it('neither counts nor learns from what was acted upon', () => {
    const ledger = newLedger();
    ledger.noteActions([{ server: 'a', from: secondsAt(-1), to: secondsAt(DAYS * 24 * HOUR) }]);
    const served = live(ledger, every(12));
    expect(served.at(-1)).toBeCloseTo(0.1, 6);
    expect(ledger.report().probabilities).toEqual([]);
    expect(ledger.report().mitigated).toBeGreaterThan(300);
  });

  it('takes a span of all servers for one of each, beside its own', () => {
    const all = { from: secondsAt(-1), to: secondsAt(DAYS * 24 * HOUR) };
    const own = { server: 'a', from: secondsAt(0), to: secondsAt(1) };
    for (const spans of [[{ server: '*', ...all }], [{ server: '*', ...all }, own]]) {
      const ledger = newLedger();
      ledger.noteActions(spans);
      live(ledger, every(12));
      expect(ledger.report().probabilities).toEqual([]);
    }
  });

  it('learns from hindcasts but does not count them', () => {
    const ledger = newLedger();
    const served = live(ledger, every(12), 0.1, false);
    expect(served.at(-1)).toBeGreaterThan(0.2);
    expect(ledger.report().probabilities).toEqual([]);
    expect(ledger.report().hindcasts).toBeGreaterThan(300);
  });

  it('keeps no more than its share of thresholds, and forgets a server whole', () => {
    const ledger = newLedger({ maxThresholds: 1 });
    ledger.record('a', [claimAt(0, 0.1)], true);
    ledger.record('b', [claimAt(0, 0.1)], true);
    expect(ledger.report().pending).toBe(1);
    ledger.forget('a');
    ledger.record('b', [claimAt(0, 0.1), claimAt(0, 0.2)], true);
    expect(ledger.report().pending).toBe(1);
  });

  it('tells Brier score and skill once there is evidence', () => {
    const ledger = newLedger();
    const servers = ['a', 'b'];
    for (let now = 0; now < DAYS * 24 * HOUR; now += HOUR) {
      for (const [i, server] of servers.entries()) {
        const breaches = i === 0 ? every(1) : [];
        ledger.resolve(serverWith(breaches, now, server), START + now);
        ledger.record(server, [claimAt(now, i === 0 ? 0.9 : 0.1)], true);
      }
    }
    const { cases, brier, skill, bins } = horizonOf(ledger, '1h');
    expect(cases).toBe(2 * (DAYS * 24 - 2));
    // Each is off by 0.1, and the share that came by a half.
    expect(brier).toBeCloseTo(0.01, 6);
    expect(skill).toBeGreaterThan(0.95);
    expect(bins.map(({ promised }) => promised)).toEqual([expect.closeTo(0.1, 5), expect.closeTo(0.9, 5)]);
    expect(bins.map(({ observed }) => observed)).toEqual([0, 1]);
  });
});

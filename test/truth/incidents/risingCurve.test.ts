import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logOdds, type OddsCell } from '../../../src/truth/incidents/oddsEvidence.js';
import { alongCurve, fitCurve } from '../../../src/truth/incidents/risingCurve.js';

const probability = fc.double({ min: 0, max: 1, noNaN: true });

/** Cells of ascending odds, each with no more breaches than cases. */
const cells: fc.Arbitrary<OddsCell[]> = fc
  .uniqueArray(fc.integer({ min: -11, max: 11 }), { maxLength: 15 })
  .chain((odds) =>
    fc.tuple(
      ...odds
        .sort((a, b) => a - b)
        .map((at) =>
          fc
            .tuple(fc.double({ min: 1e-6, max: 1e5, noNaN: true }), probability)
            .map(([cases, share]) => ({ odds: at, cases, came: share * cases })),
        ),
    ),
  );

/** Cells in which what was told is what came. */
const honest = cells.map((all) => all.map((cell) => ({ ...cell, came: cell.cases / (1 + Math.exp(-cell.odds)) })));

describe('a rising curve', () => {
  it('without evidence leaves every probability as it is, to the last digit', () => {
    fc.assert(fc.property(probability, (told) => alongCurve(fitCurve([]), told) === told));
  });

  it('never turns the order of two probabilities and stays within 0 and 1', () => {
    fc.assert(
      fc.property(cells, probability, probability, (found, a, b) => {
        const curve = fitCurve(found);
        const [low, high] = [alongCurve(curve, Math.min(a, b)), alongCurve(curve, Math.max(a, b))];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high + 1e-12);
      }),
    );
  });

  it('goes up and to the right from point to point', () => {
    fc.assert(
      fc.property(cells, (found) => {
        fitCurve(found).forEach(({ told, served }, i, curve) => {
          if (i === 0) return;
          expect(told).toBeGreaterThan(curve[i - 1]!.told);
          expect(served).toBeGreaterThanOrEqual(curve[i - 1]!.served);
        });
      }),
    );
  });

  it('changes nothing where what was told is what came', () => {
    fc.assert(
      fc.property(honest, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (found, told) => {
        expect(alongCurve(fitCurve(found), told)).toBeCloseTo(told, 3);
      }),
    );
  });

  it('comes to what came with many cases, and hardly moves with few', () => {
    const told = 0.4;
    const drawnTo = (cases: number) => alongCurve(fitCurve([{ odds: logOdds(told), cases, came: 0.7 * cases }]), told);
    expect(drawnTo(2)).toBeLessThan(0.45);
    expect(drawnTo(1e5)).toBeCloseTo(0.7, 3);
  });

  it('pools neighbours that came in the wrong order to what came of both', () => {
    const wrong = [
      { odds: logOdds(0.3), cases: 1e6, came: 0.5e6 },
      { odds: logOdds(0.5), cases: 1e6, came: 0.3e6 },
    ];
    const curve = fitCurve(wrong);
    expect(curve).toHaveLength(1);
    expect(alongCurve(curve, 0.39)).toBeCloseTo(0.4, 1);
  });
});

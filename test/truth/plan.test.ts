import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HORIZON_STEPS } from '../../src/core/flow.js';
import { BIN_POSITIONS, BINS, LEDGER_BINS, LEDGER_STEPS } from '../../src/truth/horizonBins.js';
import { applyPlan, modelAlone, planShares, planSize } from '../../src/truth/plan.js';

const CANDIDATES = 3;
const METHODS = CANDIDATES + 1;

/** A model forecast with ordered levels within 0 … 100, some of them on the bounds. */
const rawForecast = fc
  .array(fc.tuple(fc.double({ min: -20, max: 110, noNaN: true }), fc.nat(30), fc.nat(30)), {
    minLength: HORIZON_STEPS,
    maxLength: HORIZON_STEPS,
  })
  .map((steps) =>
    Float32Array.from(
      steps.flatMap(([middle, below, above]) =>
        [middle - below, middle, middle + above].map((v) => Math.min(100, Math.max(0, v))),
      ),
    ),
  );
const candidateForecasts = fc
  .array(fc.double({ min: 0, max: 150, noNaN: true }), {
    minLength: HORIZON_STEPS * CANDIDATES,
    maxLength: HORIZON_STEPS * CANDIDATES,
  })
  .map((values) => Float32Array.from(values));
const anyPlan = fc
  .array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: planSize(METHODS), maxLength: planSize(METHODS) })
  .map((values) => {
    const plan = Float32Array.from(values);
    for (let bin = 0; bin < BINS; bin++) {
      const weights = plan.subarray(bin * (METHODS + 2), bin * (METHODS + 2) + METHODS);
      const sum = weights.reduce((a, b) => a + b, 0);
      weights.forEach((w, i) => {
        weights[i] = w / sum;
      });
    }
    return plan;
  });

test('the plan of an unknown series serves exactly what the model said', () => {
  fc.assert(
    fc.property(rawForecast, candidateForecasts, (raw, candidates) => {
      const out = new Float32Array(raw.length);
      applyPlan(raw, candidates, modelAlone(METHODS), 100, out);
      for (let i = 0; i < raw.length; i++) expect(out[i]).toBeCloseTo(raw[i]!, 4);
    }),
    { numRuns: 30 },
  );
});

test('whatever the plan, levels ascend and stay within the bounds of the metric', () => {
  fc.assert(
    fc.property(rawForecast, candidateForecasts, anyPlan, fc.boolean(), (raw, candidates, plan, isPercent) => {
      const upper = isPercent ? 100 : Number.POSITIVE_INFINITY;
      const out = new Float32Array(raw.length);
      applyPlan(raw, candidates, plan, upper, out);
      for (let h = 0; h < HORIZON_STEPS; h++) {
        const [low, middle, high] = out.subarray(h * 3, h * 3 + 3);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(middle).toBeGreaterThanOrEqual(low!);
        expect(high).toBeGreaterThanOrEqual(middle!);
        expect(high).toBeLessThanOrEqual(upper);
      }
    }),
    { numRuns: 50 },
  );
});

test('the served median lies between the smallest and the largest method', () => {
  fc.assert(
    fc.property(rawForecast, candidateForecasts, anyPlan, (raw, candidates, plan) => {
      const out = new Float32Array(raw.length);
      applyPlan(raw, candidates, plan, Number.POSITIVE_INFINITY, out);
      for (let h = 0; h < HORIZON_STEPS; h++) {
        const methods = [raw[h * 3 + 1]!, ...candidates.subarray(h * CANDIDATES, (h + 1) * CANDIDATES)];
        expect(out[h * 3 + 1]).toBeGreaterThanOrEqual(Math.min(...methods) - 1e-3);
        expect(out[h * 3 + 1]).toBeLessThanOrEqual(Math.max(...methods) + 1e-3);
      }
    }),
    { numRuns: 30 },
  );
});

test('a plan that changes from bin to bin changes the forecast without a jump', () => {
  const raw = new Float32Array(HORIZON_STEPS * 3).fill(50);
  const candidates = new Float32Array(HORIZON_STEPS).fill(10);
  const plan = modelAlone(2);
  for (let bin = 2; bin < BINS; bin++) plan.set([0, 1], bin * 4);
  applyPlan(raw, candidates, plan, 100, raw);
  const median = (h: number) => raw[h * 3 + 1]!;
  expect(median(0)).toBe(50);
  expect(median(HORIZON_STEPS - 1)).toBe(10);
  for (let h = 1; h < HORIZON_STEPS; h++) expect(Math.abs(median(h) - median(h - 1))).toBeLessThan(2);
});

test('where a baseline serves, the interval is wide enough to hold the model too', () => {
  const raw = Float32Array.from({ length: HORIZON_STEPS * 3 }, (_, i) => [40, 50, 60][i % 3]!);
  const candidates = new Float32Array(HORIZON_STEPS).fill(30);
  const plan = modelAlone(2);
  for (let bin = 0; bin < BINS; bin++) plan.set([0, 1, 1, 1], bin * 4);
  applyPlan(raw, candidates, plan, 100, raw);
  expect([...raw.subarray(0, 3)]).toEqual([0, 30, 60]);
});

test('a quantile on the bound of the metric stays there, however narrow the calibrated interval', () => {
  const raw = Float32Array.from({ length: HORIZON_STEPS * 3 }, (_, i) => [0, 0.4, 100][i % 3]!);
  const plan = modelAlone(1);
  for (let bin = 0; bin < BINS; bin++) plan.set([1, 0.2, 0.2], bin * 3);
  applyPlan(raw, new Float32Array(0), plan, 100, raw);
  expect(raw[0]).toBe(0);
  expect(raw[1]).toBeCloseTo(0.4);
  expect(raw[2]).toBe(100);
});

test('the shares of a plan are the mean weights over the steps and add up to 1', () => {
  expect([...planShares(modelAlone(3), 3)]).toEqual([1, 0, 0]);
  const plan = modelAlone(2);
  // Near steps by the candidate, far ones by the model.
  plan.set([0, 1], 0);
  const shares = planShares(plan, 2);
  const near = BIN_POSITIONS.reduce((sum, { lower, share }) => sum + (lower === 0 ? 1 - share : 0), 0);
  expect(shares[1]).toBeCloseTo(near / HORIZON_STEPS, 6);
  expect(shares[0]! + shares[1]!).toBeCloseTo(1, 6);
});

test('every judged step lies in a bin, and every step of the horizon between two neighbouring bins', () => {
  expect(LEDGER_BINS).toHaveLength(LEDGER_STEPS.length);
  LEDGER_STEPS.forEach((step, i) => {
    const { lower, upper } = BIN_POSITIONS[step - 1]!;
    expect([lower, upper]).toContain(LEDGER_BINS[i]);
  });
  for (const { lower, upper, share } of BIN_POSITIONS) {
    expect(upper - lower).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
});

test.each([2, 3, 4, 6])(
  'judged steps fall on every moment of a cycle of %i steps, whenever forecasts are made',
  (cycle) => {
    expect(new Set(LEDGER_STEPS.map((step) => step % cycle)).size).toBe(cycle);
  },
);

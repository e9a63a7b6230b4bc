import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addErrors, evidenceSize, fadeEvidence, writeWeights } from '../../src/truth/blend.js';
import { BINS } from '../../src/truth/horizonBins.js';
import { planSize } from '../../src/truth/plan.js';

const METHODS = 4;

function weightsOf(evidence: Float32Array): number[][] {
  const plan = new Float32Array(planSize(METHODS));
  writeWeights(evidence, METHODS, plan);
  return Array.from({ length: BINS }, (_, bin) => [
    ...plan.subarray(bin * (METHODS + 2), bin * (METHODS + 2) + METHODS),
  ]);
}

/** Adds the same errors for so many hours. */
function feed(evidence: Float32Array, errors: readonly number[], hours: number, bins = [0, 1, 2, 3]): Float32Array {
  for (let hour = 0; hour < hours; hour++) {
    fadeEvidence(evidence, METHODS, 12);
    for (const bin of bins) addErrors(evidence, { bin, age: 0, errors: Float64Array.from(errors), margin: 0.1 });
  }
  return evidence;
}

const fresh = () => new Float32Array(evidenceSize(METHODS));

test('without evidence the model serves alone', () => {
  for (const weights of weightsOf(fresh())) expect(weights).toEqual([1, 0, 0, 0]);
});

test('a method that once forecast no number gets no weight; the others are weighed as ever', () => {
  const evidence = feed(fresh(), [1, 1.2, Number.NaN, 2], 1);
  for (const weights of weightsOf(feed(evidence, [1, 1.2, 1.5, 2], 48))) expect(weights).toEqual([1, 0, 0, 0]);
  const better = feed(feed(fresh(), [1, 0.5, Number.NaN, 2], 1), [1, 0.5, 1.5, 2], 300);
  for (const weights of weightsOf(better)) expect(weights[1]).toBeGreaterThan(0.9);
});

test('weights are never negative and add up to one, whatever came due', () => {
  const size = fc.oneof(
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.constant(0),
    fc.double({ min: 0, max: 1e-30 }),
  );
  const due = fc.record({
    bin: fc.nat(BINS - 1),
    age: fc.nat(5000),
    errors: fc.array(size, { minLength: METHODS, maxLength: METHODS }),
    margin: size,
    wait: fc.nat(100_000),
  });
  fc.assert(
    fc.property(fc.array(due, { maxLength: 30 }), (steps) => {
      const evidence = fresh();
      for (const { wait, errors, ...rest } of steps) {
        fadeEvidence(evidence, METHODS, wait);
        addErrors(evidence, { ...rest, errors: Float64Array.from(errors) });
      }
      for (const weights of weightsOf(evidence)) {
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('weights do not depend on the unit of the metric', () => {
  fc.assert(
    fc.property(fc.integer({ min: -6, max: 12 }), (exponent) => {
      const unit = 2 ** exponent;
      const evidence = fresh();
      const scaled = fresh();
      for (const [into, by] of [
        [evidence, 1],
        [scaled, unit],
      ] as const) {
        for (let i = 0; i < 40; i++)
          addErrors(into, {
            bin: i % BINS,
            age: 0,
            errors: Float64Array.of(1, 0.8, 0.85, 2).map((e) => e * by),
            margin: by,
          });
      }
      weightsOf(evidence).forEach((weights, bin) => {
        weights.forEach((weight, m) => {
          expect(weightsOf(scaled)[bin]![m]).toBeCloseTo(weight, 4);
        });
      });
    }),
    { numRuns: 10 },
  );
});

test('a method that is a little better does not displace the model, a clearly better one does', () => {
  expect(weightsOf(feed(fresh(), [1, 0.95, 1, 1], 48))[0]![0]).toBeGreaterThan(0.9);
  expect(weightsOf(feed(fresh(), [1, 0.6, 1, 1], 48))[0]![1]).toBeGreaterThan(0.9);
});

test('one good day after a bad week is not enough', () => {
  const evidence = feed(fresh(), [1, 2, 1, 1], 168);
  expect(weightsOf(feed(evidence, [1, 0.7, 1, 1], 24))[0]![1]).toBe(0);
});

test('a farther bin without evidence believes the nearer one', () => {
  const weights = weightsOf(feed(fresh(), [1, 0.4, 1, 1], 48, [0, 1]));
  expect(weights[3]![1]).toBeGreaterThan(0.9);
});

test('differences far below what the model is sure of are ignored', () => {
  expect(weightsOf(feed(fresh(), [0.001, 0, 0.001, 0.001], 48))[0]![0]).toBeGreaterThan(0.9);
});

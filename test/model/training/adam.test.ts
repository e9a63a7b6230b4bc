import { describe, expect, test } from 'vitest';
import type { ParameterSpec } from '../../../src/model/network/parameters.js';
import { type AdamSettings, adamStep, learningRate, startState } from '../../../src/model/training/adam.js';

const settings: AdamSettings = {
  peakLearningRate: 0.01,
  warmupSteps: 100,
  totalSteps: 1000,
  weightDecay: 0,
  clipNorm: 1e9,
  averageDecay: 0.998,
};
const spec = (name: string, decays: boolean): ParameterSpec => ({
  name,
  shape: [2],
  start: { fill: () => 0 },
  decays,
});

describe('the learning rate', () => {
  test('rises in a line to its peak, falls in half a cosine and ends at 2 % of it', () => {
    const at = (step: number) => learningRate({ ...settings, totalSteps: 100_000 }, step);
    expect(at(0)).toBeCloseTo(0.0001, 6);
    expect(at(49)).toBeCloseTo(0.005, 6);
    expect(at(99)).toBeCloseTo(0.01, 6);
    expect(at(50_000)).toBeCloseTo(0.01 * 0.51, 6);
    expect(at(100_000)).toBeCloseTo(0.0002, 9);
    expect(at(200_000)).toBeCloseTo(0.0002, 9);
    for (let step = 100; step < 100_000; step += 997) expect(at(step + 1)).toBeLessThan(at(step));
  });
});

describe('a step of AdamW', () => {
  test('moves every weight against its gradient by the learning rate at first, whatever the gradient is', () => {
    const state = startState(new Map([['w', Float32Array.of(1, -2)]]));
    adamStep(state, [spec('w', false)], new Map([['w', Float32Array.of(1e-3, -50)]]), settings);
    expect(state.weights.get('w')![0]).toBeCloseTo(1 - 1e-4, 6);
    expect(state.weights.get('w')![1]).toBeCloseTo(-2 + 1e-4, 6);
    expect(state.step).toBe(1);
  });

  test('shrinks matrices by the weight decay, and nothing else', () => {
    const weights = new Map(['matrix', 'bias'].map((name) => [name, Float32Array.of(10, 10)]));
    const state = startState(weights);
    const gradients = new Map(['matrix', 'bias'].map((name) => [name, new Float32Array(2)]));
    adamStep(state, [spec('matrix', true), spec('bias', false)], gradients, { ...settings, weightDecay: 0.5 });
    expect(state.weights.get('matrix')![0]).toBeCloseTo(10 * (1 - 1e-4 * 0.5), 5);
    expect(state.weights.get('bias')![0]).toBe(10);
  });

  test('clips the gradient to its global norm and returns the norm before', () => {
    const state = startState(new Map([['w', Float32Array.of(0, 0)]]));
    const norm = adamStep(state, [spec('w', false)], new Map([['w', Float32Array.of(30, 40)]]), {
      ...settings,
      clipNorm: 1,
    });
    expect(norm).toBeCloseTo(50, 4);
    expect(state.firstMoment.get('w')![0]).toBeCloseTo(0.1 * 0.6, 5);
    expect(state.secondMoment.get('w')![1]).toBeCloseTo(0.001 * 0.64, 6);
  });

  test('finds the minimum of a bowl, and the average of the weights follows', () => {
    const state = startState(new Map([['w', Float32Array.of(1, -1)]]));
    for (let step = 0; step < 1000; step++) {
      const gradient = state.weights.get('w')!.map((w, i) => w - [0.3, 0.7][i]!);
      adamStep(state, [spec('w', false)], new Map([['w', gradient]]), settings);
    }
    for (const values of [state.weights, state.average]) {
      expect(values.get('w')![0]).toBeCloseTo(0.3, 1);
      expect(values.get('w')![1]).toBeCloseTo(0.7, 1);
    }
  });

  test('leaves the weights that a start state was made from to the state, and copies the average', () => {
    const weights = new Map([['w', Float32Array.of(1, 1)]]);
    const state = startState(weights);
    adamStep(state, [spec('w', false)], new Map([['w', Float32Array.of(1, 1)]]), settings);
    expect(state.average.get('w')).not.toBe(state.weights.get('w'));
    // One step weighs 1 / 51 at first, so that the start is forgotten soon.
    const moved = state.weights.get('w')![0]! - 1;
    expect(state.average.get('w')![0]! - 1).toBeCloseTo((moved * 50) / 51, 6);
  });
});

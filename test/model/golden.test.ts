/** The numbers of docs/model.md, computed by an independent implementation (golden/reference.py). */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/model/engine/engine.js';
import type { Engine, EngineKind } from '../../src/model/engine/types.js';
import { FORECAST_SIZE, Forecaster } from '../../src/model/forecaster.js';
import { createInputBatch, type InputBatch, stepIndex } from '../../src/model/inputs/batch.js';
import {
  CANDIDATES,
  FUTURE_TOKENS,
  FUTURE_VARIABLES,
  PAST_TOKENS,
  PAST_VARIABLES,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from '../../src/model/inputs/contract.js';
import { fillWindow } from '../../src/model/inputs/window.js';
import { causalMask } from '../../src/model/network/attention.js';
import { NETWORK_LEVELS } from '../../src/model/network/head.js';
import { toTensors } from '../../src/model/network/inputTensors.js';
import { DEFAULT_HYPERPARAMETERS, type Hyperparameters, parameterSpecs } from '../../src/model/network/parameters.js';
import { runTft } from '../../src/model/network/tft.js';
import { GOLDEN_CASES, goldenWeights, goldenWindow, readGoldenCases } from './golden/goldenCases.js';
import { largestDifference, nativeIfInstalled } from './support.js';

const cases = readGoldenCases();
const windows = cases.map(goldenWindow);
const named = cases.map((golden, column) => [golden.case.name, golden, column] as const);

/** What one engine computes for all cases in one batch. */
interface EngineRun {
  readonly quantiles: Float32Array; // [FUTURE_TOKENS, B, PATCH_STEPS, 5]
  readonly quantilesWithoutNotch: Float32Array; // same shape
  readonly pastWeights: Float32Array;
  readonly futureWeights: Float32Array;
  readonly staticWeights: Float32Array;
  readonly candidateWeights: Float32Array;
  readonly attention: Float32Array; // [B, TOKENS], mean over the future tokens
  readonly forecasts: Float32Array;
}

test('there is a golden file for every case that must be right', () => {
  expect(cases.map((golden) => golden.case.name)).toEqual(GOLDEN_CASES);
});

describe.each(named)('inputs of the case "%s"', (_, golden, column) => {
  const batch = createInputBatch(cases.length);
  windows.forEach((window, i) => {
    fillWindow(window, batch, i);
  });
  const { inputs } = golden;

  test('have the scale and the static figures of the specification', () => {
    expect(batch.scale[column]! / inputs.scale).toBeCloseTo(1, 5);
    const figures = batch.figures.subarray(column * STATIC_FIGURES.length, (column + 1) * STATIC_FIGURES.length);
    expect(largestDifference(figures, inputs.figures)).toBeLessThan(2e-5);
  });

  test('have the past and future variables of the specification, token by token', () => {
    for (const [token, rows] of Object.entries(inputs.past_tokens)) {
      const actual = rows.map((_, v) => tokenOf(batch, 'past', v, Number(token), column));
      expect(largestDifference(actual.flat(), rows.flat()), `past token ${token}`).toBeLessThan(5e-5);
    }
    for (const [token, rows] of Object.entries(inputs.future_tokens)) {
      const actual = rows.map((_, v) => tokenOf(batch, 'future', v, Number(token), column));
      expect(largestDifference(actual.flat(), rows.flat()), `future token ${token}`).toBeLessThan(5e-5);
    }
    const checksums = (part: 'past' | 'future', variables: number, tokens: number) =>
      Array.from({ length: variables }, (_, v) =>
        checksum(Array.from({ length: tokens }, (_, j) => tokenOf(batch, part, v, j, column)).flat()),
      );
    const past = checksums('past', PAST_VARIABLES.length, PAST_TOKENS);
    expect(largestDifference(past, inputs.past_checksums)).toBeLessThan(2e-3);
    const future = checksums('future', FUTURE_VARIABLES.length, FUTURE_TOKENS);
    expect(largestDifference(future, inputs.future_checksums)).toBeLessThan(2e-3);
  });

  test('have the candidates of the specification, in the unit of the metric and scaled', () => {
    const candidates = fillWindow(windows[column]!, createInputBatch(1), 0).slice();
    for (const [h, row] of Object.entries(inputs.candidates)) {
      const actual = candidates.subarray(Number(h) * CANDIDATES.length, (Number(h) + 1) * CANDIDATES.length);
      expect(largestDifference(actual, row) / inputs.scale, `step ${h}`).toBeLessThan(1e-4);
    }
    const scaled = CANDIDATES.map((_, c) =>
      checksum(
        Array.from({ length: 96 }, (_, h) => {
          return batch.candidates[stepIndex(batch.capacity, column, h) * CANDIDATES.length + c]!;
        }),
      ),
    );
    expect(largestDifference(scaled, inputs.scaled_candidate_checksums)).toBeLessThan(2e-3);
  });
});

describe('the network', () => {
  const runs = new Map<EngineKind, EngineRun>();
  beforeAll(async () => {
    // One after the other: the second engine takes over the process.
    const native = await nativeIfInstalled();
    if (native) runs.set('native', runAll(native));
    runs.set('wasm', runAll(await loadEngine('wasm')));
  });

  test.each(named)('computes the golden quantiles of "%s" on every engine', (_, golden, column) => {
    for (const [kind, run] of runs) {
      const actual = stepsOf(run.quantiles, column);
      expect(largestDifference(actual, golden.quantiles.flat()), kind).toBeLessThan(1e-4);
    }
  });

  test.each(named)(
    'without a notch filter computes those of "%s" as models from before had them',
    (_, golden, column) => {
      for (const [kind, run] of runs) {
        const actual = stepsOf(run.quantilesWithoutNotch, column);
        expect(largestDifference(actual, golden.quantiles_without_notch.flat()), kind).toBeLessThan(1e-4);
      }
    },
  );

  test.each(named)('gives the golden selection weights and attention of "%s"', (_, { evidence }, column) => {
    for (const [kind, run] of runs) {
      const compare = (values: Float32Array, expected: readonly number[]) => {
        const actual = values.subarray(column * expected.length, (column + 1) * expected.length);
        expect(largestDifference(actual, expected), kind).toBeLessThan(2e-5);
      };
      compare(run.pastWeights, evidence.past_weights);
      compare(run.futureWeights, evidence.future_weights);
      compare(run.staticWeights, evidence.static_weights);
      compare(run.candidateWeights, evidence.candidate_weights);
      compare(run.attention, evidence.attention);
    }
  });

  test.each(named)('forecasts "%s" as the golden file does, in the unit of the metric', (_, golden, column) => {
    for (const [kind, run] of runs) {
      const actual = run.forecasts.subarray(column * FORECAST_SIZE, (column + 1) * FORECAST_SIZE);
      expect(largestDifference(actual, golden.forecast.flat()) / golden.inputs.scale, kind).toBeLessThan(1e-4);
    }
  });

  test('agrees between the engines to 1e-4 of the scale', ({ skip }) => {
    const native = runs.get('native');
    if (!native) return skip('native TensorFlow is not installed here');
    expect(largestDifference(native.quantiles, runs.get('wasm')!.quantiles)).toBeLessThan(1e-4);
  });
});

function runAll(engine: Engine): EngineRun {
  const { tf } = engine;
  const values = goldenWeights();
  const batch = createInputBatch(cases.length);
  windows.forEach((window, i) => {
    fillWindow(window, batch, i);
  });
  const weights = new Map(
    parameterSpecs(DEFAULT_HYPERPARAMETERS).map(({ name, shape }) => [name, tf.tensor(values.get(name)!, [...shape])]),
  );
  const mask = tf.tensor2d(causalMask(), [FUTURE_TOKENS, PAST_TOKENS + FUTURE_TOKENS]);
  const pass = { ...engine, weights: (name: string) => weights.get(name)! };
  const run = (hyperparameters: Hyperparameters) => runTft(pass, hyperparameters, toTensors(tf, batch), mask);
  const output = run(DEFAULT_HYPERPARAMETERS);
  const { notch: _, ...withoutNotch } = DEFAULT_HYPERPARAMETERS;
  const numbers = (tensor: { dataSync(): unknown }) => tensor.dataSync() as Float32Array;
  const forecaster = new Forecaster(engine, DEFAULT_HYPERPARAMETERS, values);
  const forecasts = forecaster.forecast(windows).values;
  forecaster.dispose();
  return {
    quantiles: numbers(output.quantiles),
    quantilesWithoutNotch: numbers(run(withoutNotch).quantiles),
    pastWeights: numbers(output.pastWeights),
    futureWeights: numbers(output.futureWeights),
    staticWeights: numbers(output.staticWeights),
    candidateWeights: numbers(output.candidateWeights),
    attention: numbers(tf.mean(output.attention, 1)),
    forecasts,
  };
}

/** The quantiles of one window, step after step. */
function stepsOf(quantiles: Float32Array, column: number): number[] {
  return Array.from({ length: 96 }, (_, h) => {
    const at = stepIndex(cases.length, column, h) * NETWORK_LEVELS.length;
    return [...quantiles.subarray(at, at + NETWORK_LEVELS.length)];
  }).flat();
}

function tokenOf(batch: InputBatch, part: 'past' | 'future', variable: number, token: number, column: number) {
  const tokens = part === 'past' ? PAST_TOKENS : FUTURE_TOKENS;
  const at = ((variable * tokens + token) * batch.capacity + column) * TOKEN_WIDTH;
  return [...batch[part].subarray(at, at + TOKEN_WIDTH)];
}

/** As in reference.py: any entry that is wrong or out of place changes it. */
function checksum(values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + value * Math.cos(0.37 * i), 0);
}

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../src/core/random.js';
import { loadEngine } from '../../src/model/engine/engine.js';
import { BATCH_SIZE, FORECAST_SIZE, Forecaster } from '../../src/model/forecaster.js';
import { CANDIDATES, HISTORY_STEPS, PAST_VARIABLES } from '../../src/model/inputs/contract.js';
import type { WindowRequest } from '../../src/model/inputs/window.js';
import { evidenceLayout, evidenceSize } from '../../src/model/network/network.js';
import type { Hyperparameters } from '../../src/model/network/parameters.js';
import {
  largestDifference,
  livelyHistory,
  livelyWeights,
  NETWORKS,
  NEWEST,
  SMALL,
  SMALL_PERCEPTRON,
  windowOf,
} from './support.js';

const engine = await loadEngine('auto');

function forecasterOf(hyperparameters: Hyperparameters): Forecaster {
  const forecaster = new Forecaster(engine, hyperparameters, livelyWeights(hyperparameters));
  afterAll(() => forecaster.dispose());
  return forecaster;
}

const RUNS = 25;

describe.each(NETWORKS)('of a %s', (_, hyperparameters) => {
  const forecaster = forecasterOf(hyperparameters);

  describe('levels', () => {
    test('are ordered, finite and within the bounds of the metric for any history', () => {
      fc.assert(
        fc.property(fc.array(windows(), { minLength: 8, maxLength: 8 }), (requests) => {
          const { values } = forecaster.forecast(requests);
          const faulty: number[][] = [];
          requests.forEach(({ upper }, i) => {
            const forecast = values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
            for (let at = 0; at < FORECAST_SIZE; at += 3) {
              const [low, middle, high] = [forecast[at]!, forecast[at + 1]!, forecast[at + 2]!];
              const isRight = 0 <= low && low <= middle && middle <= high && high <= upper && Number.isFinite(high);
              if (!isRight) faulty.push([i, at, low, middle, high]);
            }
          });
          expect(faulty).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    });

    test('of a history without any sample are finite', () => {
      const { values } = forecaster.forecast([windowOf(new Float32Array(HISTORY_STEPS).fill(Number.NaN))]);
      expect(values.every(Number.isFinite)).toBe(true);
    });
  });

  test('a ratio is forecast as the same percentage is, in its own unit', () => {
    const percentage = livelyHistory(seededRandom(7));
    const unknown = { metricId: 0 };
    const { values } = forecaster.forecast([
      windowOf(percentage, { ...unknown, upper: 100 }),
      windowOf(
        percentage.map((value) => value / 100),
        { ...unknown, upper: 1 },
      ),
    ]);
    const [asPercentage, asRatio] = [values.subarray(0, FORECAST_SIZE), values.subarray(FORECAST_SIZE)];
    expect(Math.max(...asRatio)).toBeLessThanOrEqual(1);
    expect(
      largestDifference(
        asPercentage,
        asRatio.map((value) => 100 * value),
      ),
    ).toBeLessThan(0.05);
  });

  describe('the future', () => {
    test('of a series changes no forecast: what a longer ring holds after the newest bucket is not read', () => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.integer({ min: 1, max: 2000 }),
          fc.infiniteStream(fc.oneof(fc.double(), fc.constant(1e9))),
          (seed, extra, garbage) => {
            const capacity = HISTORY_STEPS + extra;
            const window = windowOf(livelyHistory(seededRandom(seed), capacity));
            const { values } = window.series;
            const newest = NEWEST - Math.floor(extra / 2);
            const before = forecaster.forecast([{ ...window, newest }]);
            // All slots but those of the HISTORY_STEPS buckets up to `newest`.
            for (let i = newest + 1; i <= newest + extra; i++) values[i % capacity] = garbage.next().value;
            const after = forecaster.forecast([{ ...window, newest }]);
            expect(after.values).toEqual(before.values);
            expect(after.evidence).toEqual(before.evidence);
          },
        ),
        { numRuns: RUNS },
      );
    });

    test('is guarded by a test that can fail: the newest bucket itself does change the forecast', () => {
      const window = windowOf(livelyHistory(seededRandom(4), HISTORY_STEPS + 100));
      const before = forecaster.forecast([window]).values;
      window.series.values[NEWEST % (HISTORY_STEPS + 100)]! += 5;
      expect(forecaster.forecast([window]).values).not.toEqual(before);
    });

    test('and what is older than the visible steps count for nothing', () => {
      const window = windowOf(livelyHistory(seededRandom(5)), { visibleSteps: 400 });
      const before = forecaster.forecast([window]).values;
      for (let i = NEWEST - HISTORY_STEPS + 1; i <= NEWEST - 400; i++) window.series.values[i % HISTORY_STEPS] = 77;
      expect(forecaster.forecast([window]).values).toEqual(before);
    });
  });

  describe('a batch', () => {
    const random = seededRandom(11);
    const many = Array.from({ length: BATCH_SIZE + 5 }, (_, i) =>
      windowOf(livelyHistory(random), { metricId: i % 15, profileId: i % 8, upper: i % 2 === 0 ? 100 : Infinity }),
    );

    test.each([1, 8, 9, 16, 17, 33, 65, BATCH_SIZE, BATCH_SIZE + 5])(
      'of %i windows forecasts each as if it were alone',
      (size) => {
        const { values, layout, evidence } = forecaster.forecast(many.slice(0, size));
        const width = evidenceSize(layout);
        for (const i of new Set([0, size >> 1, size - 1])) {
          const alone = forecaster.forecast([many[i]!]);
          const scale = Math.max(...alone.values);
          const forecast = values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
          expect(largestDifference(forecast, alone.values) / scale).toBeLessThan(1e-5);
          const shares = evidence.subarray(i * width, (i + 1) * width);
          expect(largestDifference(shares, alone.evidence)).toBeLessThan(1e-5);
        }
      },
    );

    test('does not depend on what a larger batch before it left behind', () => {
      const first = forecaster.forecast(many.slice(0, 3));
      forecaster.forecast([windowOf(new Float32Array(HISTORY_STEPS).fill(1e9)), ...many.slice(20, 27)]);
      const again = forecaster.forecast(many.slice(0, 3));
      expect(again.values).toEqual(first.values);
    });

    test('of no window is empty', () => {
      expect(forecaster.forecast([])).toMatchObject({ values: new Float32Array(0), evidence: new Float32Array(0) });
    });
  });

  describe('tensors', () => {
    test('are all released after a forecast and after the forecaster', () => {
      const { tf } = engine;
      forecaster.forecast([windowOf(livelyHistory(seededRandom(1)))]);
      const start = tf.memory();
      const handles = nativeHandles();
      const another = new Forecaster(engine, hyperparameters, livelyWeights(hyperparameters));
      const loaded = tf.memory().numTensors;
      const requests = Array.from({ length: 20 }, (_, i) => windowOf(livelyHistory(seededRandom(i))));
      for (let i = 0; i < 3; i++) another.forecast(requests);
      expect(tf.memory().numTensors).toBe(loaded);
      another.dispose();
      expect(tf.memory().numTensors).toBe(start.numTensors);
      expect(tf.memory().numBytes).toBe(start.numBytes);
      expect(nativeHandles()).toBe(handles);
    });
  });
});

describe('the evidence of a TFT', () => {
  const forecaster = forecasterOf(SMALL);
  const layout = evidenceLayout(SMALL);

  test('is five sets of shares that add up to one', () => {
    const { evidence } = forecaster.forecast([windowOf(livelyHistory(seededRandom(1)))]);
    let at = 0;
    for (const names of [layout.past, layout.future, layout.statics, layout.candidates, layout.attention]) {
      const shares = evidence.subarray(at, at + names.length);
      at += names.length;
      expect(shares.every((share) => share >= 0)).toBe(true);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    }
    expect(at).toBe(evidenceSize(layout));
    expect(evidence).toHaveLength(evidenceSize(layout));
  });

  test('is named in the order of its numbers', () => {
    expect(layout.past).toEqual(PAST_VARIABLES.map(({ name }) => name));
    expect(layout.statics).toEqual(['figures', 'metric', 'profile']);
    expect(layout.candidates).toEqual([...CANDIDATES]);
    expect(layout.attention).toHaveLength(25);
    expect(layout.attention.slice(0, 2)).toEqual(['-24h', '-23h']);
    expect(layout.attention.slice(-2)).toEqual(['-1h', 'future']);
  });

  test('shows where a head looks that was told where to look', () => {
    // Without keys every token that may be seen gets the same share: the past's 96 and, of the future, 1 to 32.
    const weights = livelyWeights(SMALL);
    const blind = new Map(weights);
    for (const name of ['attention.key.w', 'attention.key.b'])
      blind.set(name, new Float32Array(weights.get(name)!.length));
    const even = new Forecaster(engine, SMALL, blind);
    const { evidence } = even.forecast([windowOf(livelyHistory(seededRandom(1)))]);
    even.dispose();
    const attention = evidence.subarray(evidenceSize(layout) - 25);
    const perPastToken = Array.from({ length: 32 }, (_, j) => 1 / (96 + j + 1)).reduce((a, b) => a + b, 0) / 32;
    for (const hour of attention.subarray(0, 24)) expect(hour).toBeCloseTo(4 * perPastToken, 5);
    expect(attention[24]).toBeCloseTo(1 - 96 * perPastToken, 5);
  });
});

describe('the evidence of a perceptron', () => {
  test('is the shares of the candidates alone: it selects nothing and attends to nothing', () => {
    const { layout, evidence } = forecasterOf(SMALL_PERCEPTRON).forecast([windowOf(livelyHistory(seededRandom(1)))]);
    expect(layout).toEqual({ past: [], future: [], statics: [], candidates: [...CANDIDATES], attention: [] });
    expect(evidence).toHaveLength(CANDIDATES.length);
    expect(evidence.every((share) => share >= 0)).toBe(true);
    expect(evidence.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
  });
});

/** Tensors that the native library itself holds; 0 on wasm. */
function nativeHandles(): number {
  if (engine.kind !== 'native') return 0;
  const backend = engine.tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
  return backend.binding.getNumOfTensors();
}

/** Windows of any size and kind: noise, constants, holes, huge and tiny values. */
function windows(): fc.Arbitrary<WindowRequest> {
  const magnitude = fc.constantFrom(0, 1e-9, 1e-3, 1, 50, 100, 1e4, 1e9);
  const shape = fc.constantFrom<(random: Random, i: number) => number>(
    () => 1,
    (random) => random(),
    (random) => random() ** 20,
    (_, i) => i / HISTORY_STEPS,
    (_, i) => (i < 2200 ? 0 : 1),
    (random, i) => (i === 2303 ? 1e3 : random()),
    (random) => (random() < 0.5 ? 0 : 1),
  );
  return fc
    .record({
      seed: fc.integer(),
      magnitude,
      shape,
      missing: fc.constantFrom(0, 0, 0.3, 0.99),
      hole: fc.tuple(fc.nat(HISTORY_STEPS), fc.nat(HISTORY_STEPS)),
      isPercent: fc.boolean(),
      metricId: fc.nat(14),
      profileId: fc.nat(7),
      visibleSteps: fc.constantFrom(1, 12, 300, 1000, HISTORY_STEPS),
    })
    .map(({ seed, magnitude, shape, missing, hole, isPercent, metricId, profileId, visibleSteps }) => {
      const random = seededRandom(seed);
      const upper = isPercent ? 100 : Number.POSITIVE_INFINITY;
      const history = Float32Array.from({ length: HISTORY_STEPS }, (_, i) =>
        random() < missing ? Number.NaN : Math.min(magnitude * shape(random, i), upper),
      );
      history.fill(Number.NaN, Math.min(...hole), Math.max(...hole));
      return windowOf(history, { upper, metricId, profileId, visibleSteps });
    });
}

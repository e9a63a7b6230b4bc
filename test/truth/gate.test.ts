import { expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.js';
import { ChampionGate } from '../../src/truth/gate.js';

const BASELINES = [
  { name: 'persistence', method: 1 },
  { name: 'predict_linear_4h', method: 2 },
] as const;
const HOUR = 3600;
const STEPS = 10;

/** Runs hours of forecasts with these mean scaled errors (model, persistence, line), exponentially distributed. */
function run(gate: ChampionGate, from: number, hours: number, means: readonly number[], seed = 1): string[] {
  const random = seededRandom(seed);
  const draw = (mean: number) => -mean * Math.log(1 - random());
  const champions: string[] = [];
  for (let hour = from; hour < from + hours; hour++) {
    for (let i = 0; i < STEPS; i++) {
      const errors = Float64Array.from(means, draw);
      gate.add(hour * 12, errors[0]!, errors);
    }
    gate.decide(hour * HOUR);
    champions.push(gate.choice?.baseline?.name ?? 'model');
  }
  return champions;
}

const newGate = () => new ChampionGate(BASELINES, 288);

test('the model serves until there is evidence enough, and where it is better for good', () => {
  const gate = newGate();
  expect(new Set(run(gate, 0, 10, [1, 0.1, 0.1]))).toEqual(new Set(['model']));
  expect(gate.isKnowing).toBe(false);
  expect(new Set(run(newGate(), 0, 200, [0.8, 1, 1]))).toEqual(new Set(['model']));
});

test('a clearly better baseline takes over, says why, and hands back when the model has caught up', () => {
  const gate = newGate();
  expect(run(gate, 0, 60, [1, 2, 0.6]).at(-1)).toBe('predict_linear_4h');
  expect(gate.choice?.reason).toMatch(
    /^scaled error of predict_linear_4h 0\.\d{3}, of the model \d\.\d{3} over the trailing window$/,
  );
  expect(run(gate, 60, 72, [0.5, 2, 1]).at(-1)).toBe('model');
  expect(gate.choice?.reason).toMatch(/^scaled error of the model/);
});

test('between equals the choice does not flap', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const champions = run(newGate(), 0, 1000, [1, 1, 1], seed);
    const changes = champions.filter((name, i) => i > 0 && name !== champions[i - 1]).length;
    expect(changes).toBeLessThanOrEqual(6);
  }
});

test('a better one by less than the margin does not take over', () => {
  expect(new Set(run(newGate(), 0, 1000, [1, 1.2, 0.98]))).toEqual(new Set(['model']));
});

test('no two choices lie closer together than the dwell time', () => {
  const gate = newGate();
  const champions = run(gate, 0, 40, [1, 0.3, 2]);
  const more = run(gate, 40, 12, [0.1, 3, 3], 2);
  const all = [...champions, ...more];
  const changes = all.flatMap((name, i) => (i > 0 && name !== all[i - 1] ? [i] : []));
  expect(changes.length).toBeGreaterThan(0);
  for (let i = 1; i < changes.length; i++) expect(changes[i]! - changes[i - 1]!).toBeGreaterThanOrEqual(12);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALERT_LEVELS, RISK_COLORS, type Risk } from '../../src/core/flow.js';
import { alertLevelOf, colorOf, LevelMemory } from '../../src/scoring/riskLevel.js';

const CYCLE = 60;
const START = 1_767_614_400;
const MINUTE = 60;

function riskOf(score: number, at: number, server = 'web01'): Risk {
  return {
    ...{ server, profile: 'generic', at, score, color: colorOf(score), alertLevel: alertLevelOf(score) },
    ...{ contributions: [], thresholds: [], timeToThreshold: [] },
    incidentProbability: { '30m': 0, '1h': 0, '4h': 0, '8h': 0 },
  };
}

/** The colors of scores that come one cycle after the other; undefined = a cycle without a score. */
function colorsOf(scores: readonly (number | undefined)[], memory = new LevelMemory(CYCLE)): string[] {
  return scores.map((score, i) => (score === undefined ? '-' : memory.hold(riskOf(score, START + i * CYCLE)).color));
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const scores = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 120 });

test.each([
  [0, 'green', 'healthy'],
  [29.9, 'green', 'healthy'],
  [30, 'yellow', 'healthy'],
  [50, 'yellow', 'degraded'],
  [60, 'yellow', 'warning'],
  [70, 'yellow', 'warning'],
  [70.1, 'red', 'warning'],
  [80, 'red', 'critical'],
] as const)('a score of %d alone is %s and %s', (score, color, alertLevel) => {
  expect(colorOf(score)).toBe(color);
  expect(alertLevelOf(score)).toBe(alertLevel);
});

describe('a level that is held', () => {
  test('rises with the score at once, over two borders as well', () => {
    expect(colorsOf([10, 35, 10, 90])).toEqual(['green', 'yellow', 'yellow', 'red']);
  });

  test('falls when the score has been five points below the border for ten minutes, not before', () => {
    expect(colorsOf([90, ...times(12, 64)])).toEqual([...times(11, 'red'), 'yellow', 'yellow']);
    expect(new Set(colorsOf([90, ...times(60, 66)]))).toEqual(new Set(['red']));
  });

  test('falls ten minutes after a clock was set back, too, and is as old as the new time at most', () => {
    const memory = new LevelMemory(CYCLE);
    for (const score of [90, 10]) memory.hold(riskOf(score, START));
    const held = Array.from({ length: 12 }, (_, i) => memory.hold(riskOf(10, START - 86_400 + i * CYCLE)));
    expect(held.map(({ color }) => color)).toEqual([...times(10, 'red'), 'green', 'green']);
    expect(held[0]!.colorSince).toBe(START - 86_400);
  });

  test('falls to where the score is, over two borders as well', () => {
    expect(colorsOf([90, ...times(11, 5)]).at(-1)).toBe('green');
    expect(colorsOf([90, ...times(5, 5), ...times(6, 40)]).at(-1)).toBe('yellow');
  });

  test('begins to be calm anew when the score comes near the border again', () => {
    expect(colorsOf([90, ...times(9, 50), 66, ...times(10, 50)]).slice(1)).toEqual(times(20, 'red'));
  });

  test('is that of the older dashboards as well', () => {
    const memory = new LevelMemory(CYCLE);
    const path = [81, 79, ...times(11, 74)];
    const levels = path.map((score, i) => memory.hold(riskOf(score, START + i * CYCLE)).alertLevel);
    expect(levels).toEqual([...times(12, 'critical'), 'warning']);
  });

  test('tells since when, and leaves the score alone', () => {
    const memory = new LevelMemory(CYCLE);
    const held = [10, 80, 68, 90].map((score, i) => memory.hold(riskOf(score, START + i * CYCLE)));
    expect(held.map(({ colorSince }) => colorSince! - START)).toEqual([0, 60, 60, 60]);
    expect(held.map(({ score }) => score)).toEqual([10, 80, 68, 90]);
  });

  test('is of its own server', () => {
    const memory = new LevelMemory(CYCLE);
    memory.hold(riskOf(90, START, 'a'));
    expect(memory.hold(riskOf(60, START + 60, 'b')).color).toBe('yellow');
    expect(memory.hold(riskOf(60, START + 60, 'a')).color).toBe('red');
  });

  test('outlives missing cycles, and their time does not count as calm', () => {
    expect(colorsOf([90, undefined, 50, ...times(9, 50)]).at(-1)).toBe('red');
    // One failed cycle leaves the calm unbroken, three leave it unknown.
    expect(colorsOf([90, 50, undefined, ...times(9, 50)]).at(-1)).toBe('yellow');
    expect(colorsOf([90, 50, ...times(3, undefined), ...times(9, 50)]).at(-1)).toBe('red');
    expect(colorsOf([90, 50, ...times(3, undefined), ...times(11, 50)]).at(-1)).toBe('yellow');
  });

  test('is forgotten with the server, and after an hour without a score', () => {
    const memory = new LevelMemory(CYCLE);
    memory.hold(riskOf(90, START));
    expect(memory.hold(riskOf(50, START + 59 * MINUTE)).color).toBe('red');
    expect(memory.hold(riskOf(50, START + 120 * MINUTE)).color).toBe('yellow');
    memory.hold(riskOf(90, START + 121 * MINUTE));
    memory.forget('web01');
    expect(memory.hold(riskOf(50, START + 122 * MINUTE)).color).toBe('yellow');
  });

  test('falls where cycles are an hour apart, too', () => {
    const memory = new LevelMemory(3600);
    const held = [90, 50, 50].map((score, i) => memory.hold(riskOf(score, START + i * 3600)).color);
    expect(held).toEqual(['red', 'red', 'yellow']);
  });

  test('does not flap where the score swings around a border by less than five points, or comes back within ten minutes', () => {
    const around = fc.record({
      border: fc.constantFrom(30, 70),
      swings: fc.array(fc.double({ min: -4.9, max: 4.9, noNaN: true }), { minLength: 2, maxLength: 200 }),
    });
    fc.assert(
      fc.property(around, ({ border, swings }) => {
        const colors = colorsOf([border + 4, ...swings.map((swing) => border + swing)]);
        expect(new Set(colors).size).toBe(1);
      }),
    );
    const comingBack = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(comingBack, (pauses) => {
        const path = pauses.flatMap((minutes) => [75, ...times(minutes, 0)]);
        expect(new Set(colorsOf(path))).toEqual(new Set(['red']));
      }),
    );
  });

  test('leaves red at most once in ten minutes, whatever the score does', () => {
    fc.assert(
      fc.property(scores, (path) => {
        const colors = colorsOf(path);
        const exits = colors.flatMap((color, i) => (i > 0 && color !== 'red' && colors[i - 1] === 'red' ? [i] : []));
        exits.slice(1).forEach((exit, i) => {
          expect((exit - exits[i]!) * CYCLE).toBeGreaterThan(10 * MINUTE);
        });
      }),
    );
  });

  test('is never below that of the score, and never lower for a score that is higher all along', () => {
    const paths = fc.array(
      fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 40, noNaN: true })),
      { minLength: 1, maxLength: 120 },
    );
    fc.assert(
      fc.property(paths, fc.integer({ min: 1, max: 20 }), (path, everyMinutes) => {
        const [lower, higher] = [new LevelMemory(CYCLE), new LevelMemory(CYCLE)];
        path.forEach(([score, more], i) => {
          const at = START + i * everyMinutes * MINUTE;
          const [low, high] = [lower.hold(riskOf(score, at)), higher.hold(riskOf(Math.min(100, score + more), at))];
          expect(RISK_COLORS.indexOf(low.color)).toBeGreaterThanOrEqual(RISK_COLORS.indexOf(colorOf(score)));
          expect(RISK_COLORS.indexOf(high.color)).toBeGreaterThanOrEqual(RISK_COLORS.indexOf(low.color));
          expect(ALERT_LEVELS.indexOf(high.alertLevel)).toBeGreaterThanOrEqual(ALERT_LEVELS.indexOf(low.alertLevel));
        });
      }),
    );
  });
});

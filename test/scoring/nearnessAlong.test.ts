import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookShare } from '../../src/scoring/breach.js';
import { nearnessAlong } from '../../src/scoring/nearnessAlong.js';
import { nearnessOf, STEP } from './support.js';

/** What it is by definition: the nearness of a curve for each step, out of the chances of all steps behind it. */
function byDefinition(chances: readonly number[], stepSeconds: number): number[] {
  const share = lookShare(stepSeconds);
  return chances.map((_, step) => {
    const rest = chances.slice(step + 1);
    const reached = rest.map((_, last) => {
      const until = rest.slice(0, last + 1);
      const independent = until.reduce((left, chance) => left * (1 - chance), 1);
      return 1 - (1 - Math.max(...until)) ** (1 - share) * independent ** share;
    });
    return nearnessOf(reached, stepSeconds);
  });
}

const chance = fc.oneof(fc.constantFrom(0, 1, 1e-9, 0.5), fc.double({ min: 0, max: 1, noNaN: true }));

describe('the nearness along a forecast', () => {
  it('is at each step that of a breach in the steps behind it', () => {
    fc.assert(
      fc.property(
        fc.array(chance, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(STEP, 6 * 3600),
        (chances, step) => {
          const near = nearnessAlong(chances, step);
          byDefinition(chances, step).forEach((expected, i) => {
            expect(near[i], `step ${i}`).toBeCloseTo(expected, 9);
          });
        },
      ),
    );
  });

  it.each([
    ['rise', (share: number) => share],
    ['fall', (share: number) => 1 - share],
    ['swing', (share: number) => Math.abs(Math.sin(100 * share))],
    ['are all the same', () => 0.3],
  ])('takes as many looks at the chances as there are steps where they %s', (_, courseOf) => {
    for (const steps of [96, 9600]) {
      const course = Array.from({ length: steps }, (_, step) => courseOf(step / steps));
      let looks = 0;
      const counted = new Proxy(course, {
        get(target, key) {
          if (key !== 'length') looks++;
          return Reflect.get(target, key);
        },
      });
      nearnessAlong(counted, STEP);
      expect(looks).toBe(steps - 1);
    }
  });
});

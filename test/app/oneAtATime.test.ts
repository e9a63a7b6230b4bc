import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneAtATime } from '../../src/app/oneAtATime.js';

test('work is done in the order in which it came, never two at once, and a failure is that of its own work alone', async () => {
  const works = fc.array(fc.record({ turns: fc.nat(3), fails: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(works, async (all) => {
      const exclusive = oneAtATime();
      const seen: string[] = [];
      const done = await Promise.allSettled(
        all.map(({ turns, fails }, i) =>
          exclusive(async () => {
            seen.push(`begin ${i}`);
            for (let turn = 0; turn < turns; turn++) await nextTurn();
            seen.push(`end ${i}`);
            if (fails) throw new Error(`no ${i}`);
            return i;
          }),
        ),
      );
      expect(seen).toEqual(all.flatMap((_, i) => [`begin ${i}`, `end ${i}`]));
      expect(done).toMatchObject(
        all.map(({ fails }, i) =>
          fails ? { status: 'rejected', reason: { message: `no ${i}` } } : { status: 'fulfilled', value: i },
        ),
      );
    }),
  );
});

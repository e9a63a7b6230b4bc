import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OwnBacklog } from '../../../src/app/service/ownBacklog.js';
import type { SampleBatch } from '../../../src/core/flow.js';

const NOBODY: ReadonlySet<string> = new Set();

function pastUntil(at: number): SampleBatch {
  return { kind: 'buckets', source: 'linborg', at, series: [] };
}

describe('own figures on their way into the window', () => {
  it('begin with the past, which is read once, whatever was noted before it is known', async () => {
    const backlog = new OwnBacklog(NOBODY, undefined);
    backlog.note({ linborg_mase: 1 }, 100);
    let reads = 0;
    const recall = async () => {
      reads++;
      return pastUntil(200);
    };
    expect(await backlog.take(recall)).toEqual([pastUntil(200)]);
    backlog.note({ linborg_mase: 1 }, 300);
    expect((await backlog.take(recall)).map(({ at }) => at)).toEqual([300]);
    expect(reads).toBe(1);
  });

  it('are each handed over once, in their order, the newest day of cycles at most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2000), { maxLength: 4 }), async (counts) => {
        const backlog = new OwnBacklog(NOBODY, pastUntil(0));
        await backlog.take(() => Promise.reject(new Error('the past is known')));
        let at = 0;
        for (const count of counts) {
          const noted = Array.from({ length: count }, () => ++at);
          for (const time of noted) backlog.note({ linborg_mase: 1 }, time);
          const taken = await backlog.take(() => Promise.reject(new Error('the past is known')));
          expect(taken.map((batch) => batch.at)).toEqual(noted.slice(-1440));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('leave out what a target of the configuration has the name of', async () => {
    const backlog = new OwnBacklog(new Set(['linborg_mase']), pastUntil(0));
    backlog.note({ linborg_mase: 1, linborg_cycle_seconds: 2 }, 60);
    const [, noted] = await backlog.take(() => Promise.reject(new Error('the past is known')));
    expect(noted!.series.map(({ metric }) => metric)).toEqual(['linborg_cycle_seconds']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeWorkersAt,
  activityAt,
  messagesUntil,
  queueLengthAt,
  SERVICES,
} from '../../src/simulator/services/service.js';
import { servicePage } from '../../src/simulator/services/servicePage.js';
import { lintOf } from '../exposition/promtool.js';
import { hasPrometheus } from '../sources/fixtures/realPrometheus.js';

const moment = fc.integer({ min: 1_710_000_000, max: 2_000_000_000 });
const service = fc.constantFrom(...SERVICES);

describe('a simulated service', () => {
  it('counts more messages the later it is, as fast as it is active', () => {
    fc.assert(
      fc.property(service, moment, (one, at) => {
        const perSecond = messagesUntil(one, at + 1) - messagesUntil(one, at);
        expect(perSecond / one.messagesPerSecond).toBeCloseTo(activityAt(one, at + 0.5), 2);
        expect(perSecond).toBeGreaterThan(0);
      }),
    );
  });

  it('has no more workers at work than there are, and no queue below nothing', () => {
    fc.assert(
      fc.property(service, moment, (one, at) => {
        expect(activeWorkersAt(one, at)).toBeLessThanOrEqual(one.workers);
        expect(queueLengthAt(one, at)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('has workers as flower tells of them: each online, and as many of them busy as are at work', () => {
    fc.assert(
      fc.property(service, moment, (one, at) => {
        const values = (metric: string) =>
          [...servicePage(one, at).matchAll(new RegExp(`^${metric}\\{worker="([^"]+)"\\} (\\d)$`, 'gm'))].map(
            ([, worker, value]) => [worker, Number(value)] as const,
          );
        const online = values('flower_worker_online');
        const executing = values('flower_worker_number_of_currently_executing_tasks');
        expect(new Set(online.map(([worker]) => worker)).size).toBe(one.workers);
        expect(online.every(([, value]) => value === 1)).toBe(true);
        expect(executing.filter(([, value]) => value === 1)).toHaveLength(activeWorkersAt(one, at));
      }),
    );
  });

  it('has buckets that never fall from one bound to the next', () => {
    fc.assert(
      fc.property(service, moment, (one, at) => {
        const counts = [...servicePage(one, at).matchAll(/processing_duration_seconds_bucket\{.*\} (\d+)/g)].map(
          (match) => Number(match[1]),
        );
        expect(counts).toHaveLength(11);
        expect(counts).toEqual([...counts].sort((a, b) => a - b));
      }),
    );
  });

  it.runIf(hasPrometheus)(
    'shows a page that promtool finds no fault with but the names that flower and redis_exporter gave',
    () => {
      for (const one of SERVICES) {
        const page = servicePage(one, 1_795_000_000);
        expect(lintOf(page)).toEqual([]);
      }
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import type { PushRecord } from '../../../src/core/push/record.js';
import { RecordBook } from '../../../src/sources/push/recordBook.js';
import { pushed } from './pushed.js';

const STEP = 300;
const HOUR = 3600;
const NOON = Date.UTC(2026, 0, 1, 12) / 1000;
const OPTIONS = { stepSeconds: STEP, historySeconds: 24 * HOUR, forgetAfterSeconds: 24 * HOUR };
const CPU = METRIC_NAMES.indexOf('cpu_user_pct');

/** CPU by bucket start, as a pipeline would get it now. */
function cpuOf(book: RecordBook, add: readonly PushRecord[], server = 'a'): Map<number, number> {
  const changes = book.follow();
  for (const record of add) book.add(record);
  const change = changes.take().find((one) => one.server === server);
  return new Map([...(change?.buckets ?? [])].map(([bucket, held]) => [bucket * STEP, held.mean(CPU)]));
}

describe('records of a bucket', () => {
  it('become the mean of the bucket, metric by metric, without those that lack it', () => {
    const book = new RecordBook(OPTIONS);
    const records = [
      pushed({ timestamp: NOON, cpu_user_pct: 10 }),
      pushed({ timestamp: NOON + 60, cpu_user_pct: 40 }),
      pushed({ timestamp: NOON + 120, cpu_user_pct: undefined }),
      pushed({ timestamp: NOON + 300, cpu_user_pct: 70 }),
    ];
    expect(cpuOf(book, records)).toEqual(
      new Map([
        [NOON, 25],
        [NOON + 300, 70],
      ]),
    );
    expect(book.find('a')).toEqual({ server: 'a', records: 4, buckets: 2, oldest: NOON, newest: NOON + 300 });
  });

  it('count once however often and in whatever order they come', () => {
    const record = fc.record({ second: fc.integer({ min: 0, max: 899 }), cpu: fc.integer({ min: 0, max: 100 }) });
    const uniqueTimes = fc.uniqueArray(record, { selector: ({ second }) => second, minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(uniqueTimes, fc.infiniteStream(fc.nat()), (points, chance) => {
        const records = points.map(({ second, cpu }) => pushed({ timestamp: NOON + second, cpu_user_pct: cpu }));
        const pick = () => records[chance.next().value! % records.length]!;
        const shuffled = [...Array.from({ length: 2 * records.length }, pick), ...records];
        const once = new RecordBook(OPTIONS);
        const often = new RecordBook(OPTIONS);
        expect(cpuOf(often, shuffled)).toEqual(
          new Map([...cpuOf(once, records)].map(([time, cpu]) => [time, expect.closeTo(cpu, 9)])),
        );
        expect(often.find('a')?.records).toBe(records.length);
        expect(often.records).toBe(records.length);
      }),
    );
  });

  it('of the same time as an earlier one take its place', () => {
    const book = new RecordBook(OPTIONS);
    cpuOf(book, [pushed({ timestamp: NOON, cpu_user_pct: 10 }), pushed({ timestamp: NOON + 1, cpu_user_pct: 20 })]);
    expect(cpuOf(book, [pushed({ timestamp: NOON, cpu_user_pct: 50 })])).toEqual(new Map([[NOON, 35]]));
    expect(cpuOf(book, [pushed({ timestamp: NOON, cpu_user_pct: undefined })])).toEqual(new Map([[NOON, 20]]));
  });

  it('whose value is beyond 32 bits lack it, and spoil neither the others nor what takes their place', () => {
    const book = new RecordBook(OPTIONS);
    const monstrous = pushed({ timestamp: NOON, cpu_user_pct: 1e300 });
    expect(cpuOf(book, [monstrous, pushed({ timestamp: NOON + 1, cpu_user_pct: 20 })])).toEqual(new Map([[NOON, 20]]));
    expect(cpuOf(book, [pushed({ timestamp: NOON, cpu_user_pct: 40 })])).toEqual(new Map([[NOON, 30]]));
  });

  it('that come late still belong to it', () => {
    const book = new RecordBook(OPTIONS);
    cpuOf(book, [pushed({ timestamp: NOON, cpu_user_pct: 10 }), pushed({ timestamp: NOON + 900, cpu_user_pct: 80 })]);
    expect(cpuOf(book, [pushed({ timestamp: NOON + 30, cpu_user_pct: 30 })])).toEqual(new Map([[NOON, 20]]));
  });

  it('replace its mean where its own are no longer held', () => {
    const book = new RecordBook(OPTIONS);
    for (let i = 0; i < 600; i++) book.add(pushed({ timestamp: NOON + i * 5, cpu_user_pct: 10 }));
    expect(cpuOf(book, [pushed({ timestamp: NOON, cpu_user_pct: 90 })])).toEqual(new Map([[NOON, 90]]));
    expect(book.find('a')?.records).toBe(600 - 59);
  });
});

describe('a server', () => {
  it('has the records of its window, and no older ones', () => {
    const book = new RecordBook(OPTIONS);
    for (let hour = 0; hour < 30; hour++) book.add(pushed({ timestamp: NOON + hour * HOUR }));
    expect(book.find('a')).toMatchObject({ records: 24, buckets: 24, oldest: NOON });
    book.add(pushed({ timestamp: NOON }));
    expect(book.find('a')?.records).toBe(24);
    book.add(pushed({ timestamp: NOON + 1000 * HOUR }));
    expect(book.find('a')).toMatchObject({ records: 1, buckets: 1 });
    expect(book.records).toBe(1);
  });

  it('has after a change of the window what a book of that window would have', () => {
    const hours = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100 * 12 }), { maxLength: 50 }), hours, hours, (steps, before, after) => {
        const records = steps.map((step) => pushed({ timestamp: NOON + step * STEP }));
        const windowOf = (ofHours: number) => ({ ...OPTIONS, historySeconds: ofHours * HOUR });
        const [changed, fresh] = [new RecordBook(windowOf(before)), new RecordBook(windowOf(Math.min(before, after)))];
        for (const record of records) for (const book of [changed, fresh]) book.add(record);
        changed.adopt(windowOf(after));
        expect(changed.find('a')).toEqual(fresh.find('a'));
        expect(changed.records).toBe(fresh.records);
        const next = pushed({ timestamp: NOON + 200 * HOUR });
        changed.add(next);
        changed.add(pushed({ timestamp: next.timestamp - (after * HOUR - STEP) }));
        changed.add(pushed({ timestamp: next.timestamp - after * HOUR }));
        expect(changed.find('a')?.records).toBe(2);
      }),
    );
  });

  it('that is offline is known, and brings no values', () => {
    const book = new RecordBook(OPTIONS);
    expect(cpuOf(book, [pushed({ status: 'offline', cpu_user_pct: 0 })])).toEqual(new Map());
    expect(book.find('a')).toMatchObject({ records: 0, newest: NOON });
  });

  it('in maintenance by its status is so for the whole bucket', () => {
    const book = new RecordBook(OPTIONS);
    const changes = book.follow();
    book.add(pushed({ timestamp: NOON + 70, status: 'maintenance' }));
    book.add(pushed({ timestamp: NOON + 400, status: 'healthy', profile: 'ml_compute' }));
    expect(changes.take()).toMatchObject([
      { server: 'a', profile: 'ml_compute', maintenance: [{ from: NOON, to: NOON + 300 }] },
    ]);
    expect(changes.take()).toEqual([]);
  });

  it('is forgotten after long silence', () => {
    const book = new RecordBook(OPTIONS);
    book.add(pushed({ timestamp: NOON }));
    book.add(pushed({ server_name: 'b', timestamp: NOON + HOUR }));
    book.forgetSilent(NOON + 24 * HOUR + 1);
    expect([...book.servers()].map(({ server }) => server)).toEqual(['b']);
    expect(book.records).toBe(1);
  });
});

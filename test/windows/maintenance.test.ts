import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MaintenanceBook, type PastMaintenance } from '../../src/windows/maintenance.js';
import { maintenanceFields } from '../../src/windows/options.js';
import { serverSelector } from '../../src/windows/serverSelector.js';
import { WindowStore } from '../../src/windows/store.js';
import { batch, defaults, filled, NOON } from './support.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const keys = z.strictObject(maintenanceFields);
/** NOON is that of a Monday. */
const NIGHTLY = {
  name: 'nightly',
  servers: 'db-.*',
  time_intervals: [{ times: [{ start_time: '02:00', end_time: '04:00' }] }],
};

function bookOf(windows: readonly unknown[], past: readonly PastMaintenance[] = []): MaintenanceBook {
  const { maintenance } = keys.parse({ maintenance: windows });
  return new MaintenanceBook({ windows: maintenance, depthSeconds: 2 * DAY, past });
}

const iso = (at: number) => new Date(at * 1000).toISOString();
const hours = (spans: readonly { from: number; to: number }[]) =>
  spans.map(({ from, to }) => [(from - NOON) / HOUR, (to - NOON) / HOUR]);

describe('the windows of a configuration', () => {
  test('need names of their own, and mean all servers unless they say whom', () => {
    const faults = keys.safeParse({ maintenance: [NIGHTLY, { ...NIGHTLY, servers: 'x' }] }).error?.issues;
    expect(faults).toMatchObject([
      { path: ['maintenance', 1, 'name'], message: expect.stringContaining('"nightly" a second time') },
    ]);
    const [window] = keys.parse({ maintenance: [{ name: 'all', expr: 'up == 0' }] }).maintenance;
    expect(window!.servers.matches('whoever', 'generic')).toBe(true);
  });

  test('are not called what clients say of themselves', () => {
    const faults = keys.safeParse({ maintenance: [{ name: 'status of pushed records', expr: 'up == 0' }] }).error
      ?.issues;
    expect(faults).toMatchObject([
      {
        path: ['maintenance', 0, 'name'],
        message: 'is "status of pushed records", which is what clients say; expected another name',
      },
    ]);
  });

  test('match the whole name of a server, or its profile', () => {
    const selects = (written: string, server: string) => serverSelector.parse(written).matches(server, 'database');
    expect(selects('db-1|db-2', 'db-2')).toBe(true);
    expect(selects('db-1|db-2', 'db-21')).toBe(false);
    expect(selects('profile:database', 'whatever')).toBe(true);
    expect(selects('profile:web_api', 'whatever')).toBe(false);
  });

  test('end after they start', () => {
    const window = { name: 'x', start: iso(NOON), end: iso(NOON) };
    expect(keys.safeParse({ maintenance: [window] }).error?.issues).toMatchObject([
      { path: ['maintenance', 0, 'end'], message: 'is not after start; expected a later time' },
    ]);
  });
});

describe('a book of maintenance', () => {
  test('works schedules out for the past, for now and a little ahead, and only for their servers', () => {
    const book = bookOf([NIGHTLY]);
    book.advance(NOON);
    expect(hours(book.spansOf('db-1', 'generic'))).toEqual([
      [-34, -32],
      [-10, -8],
    ]);
    expect(book.spansOf('web-1', 'generic')).toEqual([]);
    // Half past one at night: the next two hours are not all known yet.
    book.advance(NOON + 13.5 * HOUR);
    book.advance(NOON + 15 * HOUR);
    expect(hours(book.spansOf('db-1', 'generic'))).toEqual([
      [-34, -32],
      [-10, -8],
      [14, 16],
    ]);
    book.advance(NOON + 39 * HOUR);
    expect(hours(book.spansOf('db-1', 'generic'))).toEqual([
      [-10, -8],
      [14, 16],
      [38, 40],
    ]);
  });

  test('knows a window of its own date from its first moment to its last', () => {
    const book = bookOf([{ name: 'once', start: iso(NOON), end: iso(NOON + HOUR) }]);
    const servers = [
      { server: 'a', profile: 'generic' as const },
      { server: 'b', profile: 'generic' as const },
    ];
    const coveredAt = (at: number) => {
      book.advance(at);
      return Object.fromEntries(book.covered(servers, at));
    };
    expect(coveredAt(NOON - 1)).toEqual({ once: 0 });
    expect(coveredAt(NOON)).toEqual({ once: 2 });
    expect(coveredAt(NOON + HOUR)).toEqual({ once: 0 });
  });

  test('takes in what others observe, as one maintenance where the answers follow each other', () => {
    const book = bookOf([{ name: 'drained', expr: 'drained' }]);
    for (let i = 0; i < 10; i++) {
      const at = NOON + i * 60;
      book.advance(at);
      book.observe('drained', 'a', [{ from: at - 60, to: at + 60 }]);
    }
    expect(book.spansOf('a', 'generic')).toEqual([{ from: NOON - 60, to: NOON + 600 }]);
    expect(book.covered([{ server: 'a', profile: 'generic' }], NOON + 599)).toEqual(new Map([['drained', 1]]));
    expect(book.covered([{ server: 'a', profile: 'generic' }], NOON + 600)).toEqual(new Map([['drained', 0]]));
  });

  test('counts what is observed without a window of the configuration, where it is told to, also while that is nobody', () => {
    const book = new MaintenanceBook({ windows: [], observed: ['clients'], depthSeconds: DAY, past: [] });
    const servers = ['a', 'b', 'c'].map((server) => ({ server, profile: 'generic' as const }));
    book.advance(NOON);
    expect(book.covered(servers, NOON)).toEqual(new Map([['clients', 0]]));
    for (const server of ['a', 'b']) book.observe('clients', server, [{ from: NOON, to: NOON + 300 }]);
    book.observe('others', 'c', [{ from: NOON, to: NOON + 300 }]);
    expect(book.covered(servers, NOON)).toEqual(new Map([['clients', 2]]));
    expect(book.covered(servers, NOON + 300)).toEqual(new Map([['clients', 0]]));
  });

  test('remembers windows that have left the configuration, up to the moment at which they left', () => {
    const before = bookOf([NIGHTLY, { name: 'once', start: iso(NOON - HOUR), end: iso(NOON + HOUR) }]);
    before.advance(NOON);
    before.observe('drained', 'web-1', [{ from: NOON - 120, to: NOON + 60 }]);
    const book = bookOf([], before.past(NOON));
    book.advance(NOON + 1);
    expect(hours(book.spansOf('db-1', 'generic'))).toEqual([
      [-34, -32],
      [-10, -8],
      [-1, 0],
    ]);
    expect(hours(book.spansOf('web-1', 'generic'))).toEqual([[-1, 0]]);
    const again = bookOf([NIGHTLY], before.past(NOON));
    again.advance(NOON);
    expect(again.past(NOON).filter(({ window }) => window === 'nightly')).toHaveLength(2);
  });

  test('forgets what nobody asks for any more, and keeps no more than it has room for', () => {
    const book = bookOf([{ name: 'drained', expr: 'drained' }]);
    book.observe('drained', 'a', [{ from: NOON - 3 * DAY, to: NOON - 2.5 * DAY }]);
    book.advance(NOON);
    expect(book.spansOf('a', 'generic')).toEqual([]);
    // Each is 10 minutes from the next: none of them merge.
    const many = Array.from({ length: 250 }, (_, i) => ({ from: NOON - 600 * (i + 1), to: NOON - 600 * (i + 1) + 60 }));
    for (let i = 0; i < 100; i++) book.observe('drained', `s${i}`, many);
    book.advance(NOON + 2 * HOUR);
    expect(book.past(NOON).length).toBeLessThanOrEqual(20_000);
    expect(book.past(NOON).length).toBeGreaterThan(19_000);
    expect(book.spansOf('s7', 'generic').at(-1)).toEqual(many[0]);
  });

  test('marks frames of servers that have any, and leaves the others as they are', () => {
    const store = new WindowStore(defaults);
    store.ingest(
      batch('buckets', NOON, filled('db-1', 'mem_used_pct', NOON, 3), filled('web-1', 'mem_used_pct', NOON, 3)),
    );
    const frames = store.frames(NOON);
    const book = bookOf([NIGHTLY]);
    book.advance(NOON);
    const [db, web] = book.mark(frames);
    expect(db!.maintenance).toHaveLength(2);
    expect(db!.values).toBe(frames[0]!.values);
    expect(web).toBe(frames[1]);
  });
});

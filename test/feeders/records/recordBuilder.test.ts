import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceDocument } from '../../../src/feeders/reader.js';
import { RecordBuilder } from '../../../src/feeders/records/recordBuilder.js';
import { builderSnapshot } from '../../../src/feeders/records/snapshot.js';
import { timingOf } from '../../../src/feeders/records/timing.js';
import { feedOf } from '../fixtures/parts.js';

const NOON = Date.UTC(2026, 0, 1, 12) / 1000;
const MINUTE = 60;
const END = { at: NOON + 3600, isAtEnd: true, isLast: true };

function builderOf(yaml: string): RecordBuilder {
  const { mapping, options } = feedOf(yaml);
  return new RecordBuilder(mapping, timingOf(options));
}

/** The records that a feed makes of documents, which are read all at once. */
function build(yaml: string, documents: readonly SourceDocument[]) {
  const builder = builderOf(yaml);
  for (const document of documents) builder.add(document, NOON + 3600);
  return builder.take(END).records;
}

describe('a record', () => {
  test('joins what a system keeps in several documents of one server and minute', () => {
    const records = build(
      'metrics: { cpu_user_pct: { field: cpu, unit: ratio }, mem_used_pct: mem, load_average: load }',
      [
        { host: 'web1', ts: NOON + 1, cpu: 0.25 },
        { host: 'web2', ts: NOON + 1, cpu: 0.5 },
        { host: 'web1', ts: NOON + 11, mem: 40 },
        { host: 'web1', ts: NOON + 31, cpu: 0.35 },
        { host: 'web1', ts: NOON + 59, load: 1.5 },
        { host: 'web1', ts: NOON + 61, cpu: 0.1 },
      ],
    );
    expect(records).toEqual([
      {
        timestamp: '2026-01-01T12:00:00.000Z',
        server_name: 'web1',
        profile: 'web_api',
        cpu_user_pct: 30,
        mem_used_pct: 40,
        load_average: 1.5,
      },
      { timestamp: '2026-01-01T12:00:00.000Z', server_name: 'web2', profile: 'web_api', cpu_user_pct: 50 },
      { timestamp: '2026-01-01T12:01:00.000Z', server_name: 'web1', profile: 'web_api', cpu_user_pct: 10 },
    ]);
  });

  test('adds up the series of a server, takes the fullest disk, and leaves out what it is told to', () => {
    const [record] = build(
      `metrics:
  net_in_mb_s: { field: rx, unit: bytes_per_second, series: nic, unless: { nic: 'lo|veth.*' } }
  disk_usage_pct: { field: 'disks[*].pct' }
  cpu_idle_pct: { field: free, where: { kind: [cpu, 7] } }`,
      [
        { host: 'a', ts: NOON, nic: 'eth0', rx: 1e6 },
        { host: 'a', ts: NOON, nic: 'eth1', rx: 2e6 },
        { host: 'a', ts: NOON, nic: 'lo', rx: 9e6 },
        { host: 'a', ts: NOON, nic: 'veth12', rx: 9e6 },
        { host: 'a', ts: NOON, disks: [{ pct: 10 }, { pct: 80 }, { pct: 30 }] },
        { host: 'a', ts: NOON, kind: 7, free: 60 },
        { host: 'a', ts: NOON, kind: 'memory', free: 1 },
      ],
    );
    expect(record).toMatchObject({ net_in_mb_s: 3, disk_usage_pct: 80, cpu_idle_pct: 60 });
  });

  test('takes the first rule that finds something, and divides and multiplies by fields', () => {
    const yaml = `metrics:
  cpu_user_pct:
    - { field: norm, unit: ratio }
    - { field: total, unit: ratio, divide_by: cores }
  mem_used_pct: { field: free, divide_by: size, unit: ratio, complement: true }
  load_average: { field: load_per_core, multiply_by: cores }`;
    expect(
      build(yaml, [
        { host: 'a', ts: NOON, total: 2, cores: 4, free: 2, size: 8, load_per_core: 0.5 },
        { host: 'b', ts: NOON, norm: 0.1, total: 2, cores: 4 },
        { host: 'c', ts: NOON, total: 2, load_per_core: 1, free: 1, size: 0 },
      ]).map(({ timestamp, ...rest }) => rest),
    ).toEqual([
      { server_name: 'a', cpu_user_pct: 50, mem_used_pct: 75, load_average: 2 },
      { server_name: 'b', cpu_user_pct: 10 },
    ]);
  });

  test('is told nothing of a value that can be none of its metric', () => {
    const builder = builderOf('metrics: { cpu_user_pct: cpu, load_average: load }');
    builder.add({ host: 'a', ts: NOON, cpu: 250, load: 1 }, NOON);
    builder.add({ host: 'b', ts: NOON, cpu: 100.4, load: -1 }, NOON);
    const { records, implausible } = builder.take(END);
    expect(records).toMatchObject([{ load_average: 1 }, { cpu_user_pct: 100 }]);
    expect(records[0]).not.toHaveProperty('cpu_user_pct');
    expect(implausible).toEqual([
      { metric: 'cpu_user_pct', server: 'a', value: 250 },
      { metric: 'load_average', server: 'b', value: -1 },
    ]);
  });

  test('gets status and profile where the feed says from what', () => {
    const records = build(
      `metrics: { cpu_user_pct: cpu }
status: { field: state, values: { up: healthy, down: offline } }
profile: { field: [labels.role], rules: [{ match: '^x', profile: ml_compute }] }`,
      [
        { host: 'xa', ts: NOON, cpu: 1, state: 'up', labels: { role: 'Web API' } },
        { host: 'xb', ts: NOON, cpu: 1, state: 'odd' },
        { host: 'zoo', ts: NOON, cpu: 1, state: 'down' },
      ],
    );
    expect(records.map(({ status, profile }) => [status, profile])).toEqual([
      ['healthy', 'web_api'],
      [undefined, 'ml_compute'],
      ['offline', undefined],
    ]);
  });
});

describe('a counter', () => {
  const yaml = 'metrics: { net_in_mb_s: { field: rx, unit: bytes, rate: true } }';
  const rates = (points: readonly (readonly [number, number])[]) =>
    build(
      yaml,
      points.map(([minute, rx]) => ({ host: 'a', ts: NOON + minute * MINUTE, rx })),
    ).map((record) => [(Date.parse(record.timestamp) / 1000 - NOON) / MINUTE, record.net_in_mb_s]);

  test('becomes its increase per second, and the first point no record', () => {
    expect(
      rates([
        [0, 0],
        [1, 60e6],
        [2, 180e6],
      ]),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('that fell was reset and counts from nothing', () => {
    expect(
      rates([
        [0, 500e6],
        [1, 30e6],
        [2, 90e6],
      ]),
    ).toEqual([
      [1, 0.5],
      [2, 1],
    ]);
  });

  test('gives no rate over a longer gap than allowed, and begins anew', () => {
    expect(
      rates([
        [0, 0],
        [20, 60e6],
        [21, 120e6],
      ]),
    ).toEqual([[21, 1]]);
  });

  test('loses nothing in whatever steps it is read, resets aside', () => {
    const increases = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(increases, (steps) => {
        let total = 0;
        const points = [0, ...steps].map((step, minute) => {
          total += step;
          return [minute, total] as const;
        });
        const sum = rates(points).reduce((all, [, rate]) => all + rate! * MINUTE, 0);
        expect(sum).toBeCloseTo(total / 1e6, 2);
      }),
    );
  });
});

describe('what a record lacks', () => {
  const documents = [
    { host: 'a', ts: NOON, user: 20, sys: 10, disk: 70 },
    { host: 'a', ts: NOON + 5 * MINUTE, user: 25, sys: 15 },
    { host: 'a', ts: NOON + 20 * MINUTE, user: 30 },
  ];
  const metrics = 'metrics: { cpu_user_pct: user, cpu_sys_pct: sys, disk_usage_pct: disk }';

  test('stays out unless the feed says what to take', () => {
    expect(build(metrics, documents).map((record) => record.disk_usage_pct)).toEqual([70, undefined, undefined]);
  });

  test('is a constant, a value from before or the rest of the whole where the feed says so', () => {
    const records = build(
      `${metrics}
fill:
  java_cpu_pct: 0
  disk_usage_pct: { hold: 10m }
  cpu_idle_pct: [{ rest_of: [cpu_user_pct, cpu_sys_pct] }, 50]`,
      documents,
    );
    expect(records).toMatchObject([
      { java_cpu_pct: 0, disk_usage_pct: 70, cpu_idle_pct: 70 },
      { java_cpu_pct: 0, disk_usage_pct: 70, cpu_idle_pct: 60 },
      { java_cpu_pct: 0, cpu_idle_pct: 50 },
    ]);
    expect(records[2]).not.toHaveProperty('disk_usage_pct');
  });
});

describe('a record is complete', () => {
  const yaml = 'metrics: { cpu_user_pct: cpu, mem_used_pct: mem }';
  const waiting = (at: number, isAtEnd: boolean) => ({ at, isAtEnd, isLast: false });

  test('when its server has gone on, or when nobody has more and the wait is over', () => {
    const builder = builderOf(yaml);
    builder.add({ host: 'a', ts: NOON, cpu: 1 }, NOON);
    expect(builder.take(waiting(NOON + 3600, false)).records).toEqual([]);
    expect(builder.take(waiting(NOON + 80, true)).records).toEqual([]);
    builder.add({ host: 'a', ts: NOON + 90, cpu: 2 }, NOON);
    expect(builder.take(waiting(NOON, false)).records).toMatchObject([{ cpu_user_pct: 1 }]);
    expect(builder.take(waiting(NOON + 150, true)).records).toMatchObject([{ cpu_user_pct: 2 }]);
    expect(builder.take(waiting(NOON + 3600, true)).records).toEqual([]);
  });

  test('and told again, whole, when a part comes late', () => {
    const builder = builderOf(yaml);
    builder.add({ host: 'a', ts: NOON, cpu: 1 }, NOON);
    builder.add({ host: 'a', ts: NOON + 120, cpu: 2 }, NOON);
    expect(builder.take(waiting(NOON, false)).records).toHaveLength(1);
    expect(builder.add({ host: 'a', ts: NOON + 30, mem: 50 }, NOON)).toBe('used');
    expect(builder.take(waiting(NOON, false)).records).toMatchObject([{ cpu_user_pct: 1, mem_used_pct: 50 }]);
  });

  test('but not later than the feed allows', () => {
    const builder = builderOf(yaml);
    builder.add({ host: 'a', ts: NOON + 3600, cpu: 2 }, NOON + 3600);
    expect(builder.add({ host: 'a', ts: NOON, mem: 50 }, NOON + 3600)).toBe('late');
  });
});

test('a document without server, time or metric, or of the future, says which of it', () => {
  const builder = builderOf('metrics: { cpu_user_pct: cpu }');
  expect(builder.add({ ts: NOON, cpu: 1 }, NOON)).toBe('no_server');
  expect(builder.add({ host: 'a', ts: 'soon', cpu: 1 }, NOON)).toBe('no_timestamp');
  expect(builder.add({ host: 'a', ts: NOON, cpu: 'n/a' }, NOON)).toBe('no_metric');
  expect(builder.add({ host: 'a', ts: NOON + 301, cpu: 1 }, NOON)).toBe('future');
  expect(builder.add({ host: 'a', ts: NOON + 299, cpu: 1 }, NOON)).toBe('used');
});

test('what is gone is forgotten: servers after a day, series of a server once no rate can be taken from them', () => {
  const builder = builderOf('metrics: { net_in_mb_s: { field: rx, unit: bytes, rate: true, series: nic } }');
  const hours = 26;
  for (let minute = 0; minute < 60 * hours; minute += 5) {
    const at = NOON + minute * MINUTE;
    // Each container brings a network card of its own, and each hour a server that lives as long.
    const nic = `veth${minute}`;
    for (const ts of [at, at + MINUTE]) builder.add({ host: 'a', ts, rx: ts, nic }, ts);
    builder.add({ host: `pod-${Math.floor(minute / 60)}`, ts: at, rx: at, nic: 'eth0' }, at);
    builder.take({ at: at + MINUTE, isAtEnd: true, isLast: false });
  }
  const { servers } = builder.snapshot();
  expect(servers.map(({ server }) => server)).toEqual(['a', ...Array.from({ length: 24 }, (_, i) => `pod-${i + 2}`)]);
  // Late parts for ten minutes, and a gap of fifteen.
  expect(servers[0]!.counters.length).toBeLessThan(10);
});

test('a builder restored from its snapshot at any moment makes the same records', () => {
  const yaml = `metrics:
  cpu_user_pct: cpu
  net_in_mb_s: { field: rx, unit: bytes, rate: true, series: nic }
  disk_usage_pct: disk
fill: { disk_usage_pct: { hold: 5m } }`;
  const { mapping, options } = feedOf(yaml);
  const document = fc.record(
    {
      host: fc.constantFrom('a', '__proto__'),
      ts: fc.integer({ min: NOON, max: NOON + 900 }),
      cpu: fc.integer({ min: 0, max: 100 }),
      rx: fc.integer({ min: 0, max: 1e9 }),
      nic: fc.constantFrom('eth0', 'eth1'),
      disk: fc.integer({ min: 0, max: 100 }),
    },
    { requiredKeys: ['host', 'ts'] },
  );
  fc.assert(
    fc.property(fc.array(document, { maxLength: 30 }), fc.nat(30), (documents, cut) => {
      const whole = new RecordBuilder(mapping, timingOf(options));
      let part = new RecordBuilder(mapping, timingOf(options));
      documents.forEach((one, index) => {
        whole.add(one, NOON + 900);
        part.add(one, NOON + 900);
        const request = { at: NOON + 900, isAtEnd: false, isLast: false };
        if (index === cut) {
          const text = JSON.stringify(part.snapshot());
          part = new RecordBuilder(mapping, timingOf(options), builderSnapshot.parse(JSON.parse(text)));
        }
        expect(part.take(request)).toEqual(whole.take(request));
      });
      expect(part.take(END)).toEqual(whole.take(END));
    }),
  );
});

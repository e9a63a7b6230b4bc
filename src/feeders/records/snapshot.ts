/** What a record builder knows, as JSON: so that a restart goes on in the middle of a record and of a counter. */
import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../../core/metrics.js';
import { PROFILES } from '../../core/profiles.js';
import type { Cell } from './cell.js';
import { type Bucket, ServerRecords } from './serverRecords.js';

const metricName = z.enum(METRIC_NAMES as [MetricName, ...MetricName[]]);
const point = z.object({ at: z.number(), value: z.number() });
/** sum, count, max, last, lastAt: without names, since there are many. */
const cell = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]);
const entries = <K extends z.ZodType, V extends z.ZodType>(key: K, value: V) => z.array(z.tuple([key, value]));

const bucket = z.object({
  start: z.number(),
  cells: entries(z.string(), cell),
  held: entries(metricName, z.number()),
  status: z.string().optional(),
  profile: z.enum(PROFILES).optional(),
  isOpen: z.boolean(),
});

/** Lists of entries rather than objects: names come from outside and may be any text. */
export const builderSnapshot = z.object({
  servers: z.array(
    z.object({
      server: z.string(),
      newest: z.number(),
      buckets: z.array(bucket),
      counters: entries(z.string(), point),
      lastValues: entries(metricName, point),
    }),
  ),
});

export type BuilderSnapshot = z.output<typeof builderSnapshot>;

/** All that the servers' builders know, to be written. */
export function takeSnapshot(servers: ReadonlyMap<string, ServerRecords>): BuilderSnapshot {
  return {
    servers: [...servers].map(([server, records]) => ({
      server,
      newest: records.newest,
      buckets: [...records.buckets.values()].map((one) => ({
        start: one.start,
        cells: [...one.cells].map(([key, { sum, count, max, last, lastAt }]) => [key, [sum, count, max, last, lastAt]]),
        held: [...one.held],
        ...(one.status === undefined ? {} : { status: one.status }),
        ...(one.profile === undefined ? {} : { profile: one.profile }),
        isOpen: one.isOpen,
      })),
      counters: [...records.counters],
      lastValues: [...records.lastValues],
    })),
  };
}

/** Builders that go on where the snapshot was taken. */
export function restoreSnapshot({ servers }: BuilderSnapshot): Map<string, ServerRecords> {
  return new Map(
    servers.map(({ server, newest, buckets, counters, lastValues }) => {
      const records = new ServerRecords();
      records.newest = newest;
      for (const one of buckets) records.buckets.set(one.start, restoreBucket(one));
      for (const [key, value] of counters) records.counters.set(key, value);
      for (const [metric, value] of lastValues) records.lastValues.set(metric, value);
      return [server, records];
    }),
  );
}

function restoreBucket({ start, cells, held, status, profile, isOpen }: z.output<typeof bucket>): Bucket {
  const restored = cells.map(([key, [sum, count, max, last, lastAt]]): [string, Cell] => [
    key,
    { sum, count, max, last, lastAt },
  ]);
  return { start, cells: new Map(restored), held: new Map(held), status, profile, isOpen };
}

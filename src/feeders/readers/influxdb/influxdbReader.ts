/** Reads points measurement by measurement, each from where it ended. */
import { z } from 'zod';
import type { Bookmark, Reader, ReadRequest, ReadResult, SourceDocument } from '../../reader.js';
import type { InfluxClient, PointQuery } from './client.js';
import type { InfluxdbOptions, Measurement } from './options.js';

/** By measurement, ISO 8601 with nanoseconds: all points up to then were read. */
const bookmarkSchema = z.object({ readUpTo: z.array(z.tuple([z.string(), z.string()])) });

interface MeasurementPoints {
  readonly measurement: Measurement;
  readonly points: readonly SourceDocument[];
  /** Whether there may be more. */
  readonly isCut: boolean;
}

export class InfluxdbReader implements Reader {
  readonly #client: InfluxClient;
  readonly #options: InfluxdbOptions;

  constructor(client: InfluxClient, options: InfluxdbOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Points of each measurement, about an equal share of the limit, and of none beyond the time that all have come to. */
  async read({ bookmark, limit, until }: ReadRequest): Promise<ReadResult> {
    const readUpTo = new Map<string, string>(bookmark === undefined ? [] : bookmarkSchema.parse(bookmark).readUpTo);
    const { measurements, start } = this.#options;
    const share = Math.max(2, Math.floor(limit / measurements.length));
    const read: MeasurementPoints[] = [];
    for (const measurement of measurements) {
      const after = readUpTo.get(keyOf(measurement)) ?? isoTime(until - start);
      read.push(await this.#next({ measurement, after, before: isoTime(until), limit: share }));
    }
    const ends = read.filter(({ isCut }) => isCut).map(({ points }) => epochOf(points.at(-1)!));
    const horizon = Math.min(...ends);
    const documents: SourceDocument[] = [];
    for (const { measurement, points } of read) {
      const taken = points.filter((point) => epochOf(point) <= horizon);
      if (taken.length > 0) readUpTo.set(keyOf(measurement), String(taken.at(-1)!['time']));
      documents.push(...taken.map((point) => ({ ...point, measurement: measurement.name })));
    }
    const next: Bookmark = { readUpTo: [...readUpTo] };
    return { documents: inOrder(documents), bookmark: next, isAtEnd: ends.length === 0 };
  }

  async close(): Promise<void> {
    // Both clients keep no connection that would hold the process.
  }

  /**
   * Whole moments: many servers report at the same one, in an order that differs from query to query, so that the last moment of a
   * full answer is left for the next query.
   */
  async #next(query: PointQuery): Promise<MeasurementPoints> {
    const { measurement, limit } = query;
    const points = await this.#client.points(query);
    if (points.length < limit) return { measurement, points, isCut: false };
    const last = points.at(-1)!['time'];
    const whole = points.filter(({ time }) => time !== last);
    if (whole.length > 0) return { measurement, points: whole, isCut: true };
    return await this.#next({ ...query, limit: limit * 4 });
  }
}

/** By time, so that what the measurements say of one moment comes together. */
function inOrder(documents: readonly SourceDocument[]): SourceDocument[] {
  const at = new Map(documents.map((one) => [one, epochOf(one)]));
  return [...documents].sort((a, b) => at.get(a)! - at.get(b)!);
}

function epochOf(point: SourceDocument): number {
  return Date.parse(String(point['time']));
}

function keyOf({ name, where }: Measurement): string {
  return JSON.stringify([name, Object.entries(where)]);
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

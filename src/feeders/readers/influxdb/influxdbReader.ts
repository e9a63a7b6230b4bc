/** Reads points measurement by measurement, each from where it ended. */
import { z } from 'zod';
import { isoMilliseconds } from '../../../core/isoMilliseconds.js';
import {
  type Bookmark,
  ReadError,
  type Reader,
  type ReadRequest,
  type ReadResult,
  type SourceDocument,
} from '../../reader.js';
import { momentReadUpTo, readWholeMoments } from '../moments.js';
import type { InfluxClient, PointQuery } from './client.js';
import type { InfluxdbOptions, Measurement } from './options.js';

/** By measurement, ISO 8601 with nanoseconds: all points up to then were read. */
const momentsSchema = z.array(z.tuple([z.string(), z.string()]));

const MOST_OF_A_MOMENT = 1_000_000;

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
  async read({ bookmark, limit, until, signal }: ReadRequest): Promise<ReadResult> {
    const readUpTo = new Map(momentReadUpTo(bookmark, momentsSchema, () => []));
    const { measurements, start } = this.#options;
    const share = Math.max(2, Math.floor(limit / measurements.length));
    const read: MeasurementPoints[] = [];
    for (const measurement of measurements) {
      const after = readUpTo.get(keyOf(measurement)) ?? isoMilliseconds(until - start);
      read.push(await this.#next({ measurement, after, before: isoMilliseconds(until), limit: share, signal }));
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
    this.#client.close();
  }

  async #next(query: PointQuery): Promise<MeasurementPoints> {
    const { measurement, limit } = query;
    const moments = await readWholeMoments<SourceDocument>({
      ask: (count) => this.#client.points({ ...query, limit: count }),
      momentOf: ({ time }) => String(time),
      limit,
      largestLimit: MOST_OF_A_MOMENT,
    });
    if (moments === undefined)
      throw new ReadError(
        `InfluxDB has ${MOST_OF_A_MOMENT} points of one moment in ${measurement.name}; expected fewer`,
      );
    return { measurement, points: moments.taken, isCut: moments.isCut };
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

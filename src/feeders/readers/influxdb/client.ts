/** What a reader asks of InfluxDB, whatever its version. */
import type { SourceDocument } from '../../reader.js';
import type { Measurement } from './options.js';

export interface PointQuery {
  readonly measurement: Measurement;
  /** ISO 8601 with nanoseconds; only points of later moments are asked for. */
  readonly after: string;
  /** ISO 8601; points of this moment and later ones are not. */
  readonly before: string;
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface InfluxClient {
  /** The first points in that time, ascending, each with its tags, its fields and `time`. Throws ReadError. */
  points(query: PointQuery): Promise<readonly SourceDocument[]>;
  /** Ends connections that are still there. */
  close(): void;
}

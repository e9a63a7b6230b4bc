/** Documents → records: the parts that a system keeps apart (CPU, memory, disks …) joined by server and time. */
import { compareTexts } from '../../core/compareTexts.js';
import { isoMilliseconds } from '../../core/isoMilliseconds.js';
import type { MetricName } from '../../core/metrics.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Filling } from '../mapping/options.js';
import { readDocument, type Unused } from '../mapping/readings.js';
import type { SourceDocument } from '../reader.js';
import { combineCells } from './cell.js';
import { type LinborgRecord, plausibleValue } from './record.js';
import { type Bucket, bestCells, type RecordTiming, ServerRecords } from './serverRecords.js';
import { type BuilderSnapshot, restoreSnapshot, takeSnapshot } from './snapshot.js';

/** What became of a document. */
export type DocumentUse = 'used' | Unused | 'late' | 'future';

export interface BuiltRecords {
  /** Ascending by time, then by server. */
  readonly records: readonly LinborgRecord[];
  /** Values that can be none of their metric and were left out. */
  readonly implausible: readonly { readonly metric: MetricName; readonly server: string; readonly value: number }[];
}

export interface TakeRequest {
  /** Epoch seconds now. */
  readonly at: number;
  /** Whether the reader has nothing more: only then does the clock tell that a record is complete. */
  readonly isAtEnd: boolean;
  /** Take what is incomplete, too: nothing will follow. */
  readonly isLast: boolean;
}

/** The door refuses what lies further ahead of its clock. */
const MAX_AHEAD_SECONDS = 300;
/** A server that was silent for so long, in the time of the others, is forgotten. */
const SILENT_SECONDS = 86_400;

export class RecordBuilder {
  readonly #mapping: Mapping;
  readonly #timing: RecordTiming;
  readonly #servers: Map<string, ServerRecords>;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(mapping: Mapping, timing: RecordTiming, snapshot?: BuilderSnapshot) {
    this.#mapping = mapping;
    this.#timing = timing;
    this.#servers = snapshot ? restoreSnapshot(snapshot) : new Map<string, ServerRecords>();
  }

  /** Takes one document. @param at  epoch seconds now */
  add(document: SourceDocument, at: number): DocumentUse {
    const found = readDocument(document, this.#mapping);
    if (found.kind === 'unused') return found.reason;
    if (found.at > at + MAX_AHEAD_SECONDS) return 'future';
    let records = this.#servers.get(found.server);
    if (records === undefined) {
      records = new ServerRecords();
      this.#servers.set(found.server, records);
    }
    this.#newest = Math.max(this.#newest, found.at);
    return records.add(found, this.#timing) === 'late' ? 'late' : 'used';
  }

  /** Gives the records that are complete, each once, and again when a late part has come. */
  take(request: TakeRequest): BuiltRecords {
    const records: LinborgRecord[] = [];
    const implausible: { metric: MetricName; server: string; value: number }[] = [];
    for (const [server, known] of this.#servers) {
      for (const bucket of this.#dueBuckets(known, request)) {
        bucket.isOpen = false;
        const built = this.#build(server, known, bucket);
        if (built.record) records.push(built.record);
        for (const { metric, value } of built.implausible) implausible.push({ metric, server, value });
      }
      known.forgetOld(this.#timing);
      if (known.newest < this.#newest - SILENT_SECONDS && !known.isOpen) this.#servers.delete(server);
    }
    records.sort((a, b) => compareTexts(a.timestamp, b.timestamp) || compareTexts(a.server_name, b.server_name));
    return { records, implausible };
  }

  snapshot(): BuilderSnapshot {
    return takeSnapshot(this.#servers);
  }

  #dueBuckets({ buckets, newest }: ServerRecords, { at, isAtEnd, isLast }: TakeRequest): Bucket[] {
    const now = isAtEnd ? Math.max(newest, at) : newest;
    const latest = now - this.#timing.waitSeconds - this.#timing.stepSeconds;
    return [...buckets.values()]
      .filter(({ isOpen, start }) => isOpen && (isLast || start <= latest))
      .sort((a, b) => a.start - b.start);
  }

  /** The record of a stretch of time; none where nothing in it could be used. */
  #build(server: string, known: ServerRecords, bucket: Bucket) {
    const values = new Map<MetricName, number>();
    const implausible: { metric: MetricName; value: number }[] = [];
    for (const [metric, rules] of this.#mapping.metrics) {
      const best = bestCells(bucket, metric);
      if (best === undefined) continue;
      const combined = combineCells(best.cells, rules[best.rank]!);
      const value = plausibleValue(metric, combined);
      if (value === undefined) implausible.push({ metric, value: combined });
      else values.set(metric, value);
    }
    if (values.size === 0) return { record: undefined, implausible };
    const measured = new Map(values);
    for (const [metric, fillings] of this.#mapping.fill) {
      if (measured.has(metric)) continue;
      const value = this.#fill(metric, fillings, { known, bucket, measured });
      if (value !== undefined) values.set(metric, value);
    }
    for (const [metric, value] of measured) remember(known, metric, { at: bucket.start, value });
    const record: LinborgRecord = {
      timestamp: isoMilliseconds(bucket.start),
      server_name: server,
      ...(bucket.status === undefined ? {} : { status: bucket.status }),
      ...(bucket.profile === undefined ? {} : { profile: bucket.profile }),
      ...Object.fromEntries(values),
    };
    return { record, implausible };
  }

  #fill(
    metric: MetricName,
    fillings: readonly Filling[],
    around: { known: ServerRecords; bucket: Bucket; measured: ReadonlyMap<MetricName, number> },
  ): number | undefined {
    for (const filling of fillings) {
      const value = fillWith(filling, metric, around);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

function fillWith(
  filling: Filling,
  metric: MetricName,
  { known, bucket, measured }: { known: ServerRecords; bucket: Bucket; measured: ReadonlyMap<MetricName, number> },
): number | undefined {
  if (typeof filling === 'number') return filling;
  if ('hold' in filling) return heldValue(known, bucket, metric, filling.hold);
  const parts = filling.rest_of.map((part) => measured.get(part));
  if (parts.some((part) => part === undefined)) return undefined;
  return plausibleValue(metric, 100 - parts.reduce<number>((sum, part) => sum + part!, 0));
}

function heldValue(
  { lastValues }: ServerRecords,
  bucket: Bucket,
  metric: MetricName,
  holdSeconds: number,
): number | undefined {
  const again = bucket.held.get(metric);
  if (again !== undefined) return again;
  const last = lastValues.get(metric);
  if (last === undefined || last.at > bucket.start || bucket.start - last.at > holdSeconds) return undefined;
  bucket.held.set(metric, last.value);
  return last.value;
}

function remember({ lastValues }: ServerRecords, metric: MetricName, point: { at: number; value: number }): void {
  const last = lastValues.get(metric);
  if (last === undefined || point.at >= last.at) lastValues.set(metric, point);
}

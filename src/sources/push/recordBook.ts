/** What has been pushed, by server: how much of it lies in the window, and the means of the buckets that records still change. */
import { asFloat32 } from '../../core/float32.js';
import { METRIC_NAMES } from '../../core/metrics.js';
import type { Profile } from '../../core/profiles.js';
import type { PushRecord } from '../../core/push/record.js';
import type { TimeSpan } from '../../core/timeSpan.js';
import { HeldBucket } from './heldBucket.js';

export interface BookOptions {
  /** Of a bucket. */
  readonly stepSeconds: number;
  readonly historySeconds: number;
  /** Silence after which a server is forgotten. */
  readonly forgetAfterSeconds: number;
}

/** How much of a server's window was pushed. */
export interface PushedServer {
  readonly server: string;
  /** Records of different times in its window. */
  readonly records: number;
  /** Buckets that they lie in. */
  readonly buckets: number;
  /** Epoch seconds of the oldest and the newest record that ever came. */
  readonly oldest: number;
  readonly newest: number;
}

/** What has changed since it was asked last, by server. */
export interface PushedChange {
  readonly server: string;
  readonly profile: Profile | undefined;
  /** In planned maintenance, by the status of its records; not merged. */
  readonly maintenance: readonly TimeSpan[];
  /** By index: bucket i begins at i × stepSeconds. */
  readonly buckets: ReadonlyMap<number, HeldBucket>;
}

/** Collects what changes, until it is taken. */
type Outbox = Map<string, OpenChange>;

interface OpenChange extends PushedChange {
  profile: Profile | undefined;
  readonly maintenance: TimeSpan[];
  readonly buckets: Map<number, HeldBucket>;
}

/** One server's records. */
interface ServerRecords {
  /** Records by bucket modulo the window's length. */
  counts: Uint32Array;
  /** The least recently touched first. */
  readonly held: Map<number, HeldBucket>;
  heldRecords: number;
  newestBucket: number;
  records: number;
  buckets: number;
  oldest: number;
  newest: number;
}

/** Records per server whose times are remembered: 40 minutes of one every five seconds, 8 hours of one a minute; 100 bytes each. */
const MAX_HELD_RECORDS = 512;
/** A batch that is sent again may lie across the border of two buckets; a third may be late. */
const MIN_HELD_BUCKETS = 3;

/**
 * Keeps account of pushed records. Where records of a bucket are no longer held, the ones that come then replace its mean;
 * within the buckets that are held, a record that comes twice counts once.
 */
export class RecordBook {
  readonly #stepSeconds: number;
  #capacity: number;
  #forgetAfterSeconds: number;
  readonly #servers = new Map<string, ServerRecords>();
  readonly #outboxes = new Set<Outbox>();
  #records = 0;

  constructor({ stepSeconds, historySeconds, forgetAfterSeconds }: BookOptions) {
    this.#forgetAfterSeconds = forgetAfterSeconds;
    this.#stepSeconds = stepSeconds;
    this.#capacity = Math.round(historySeconds / stepSeconds);
  }

  /** Another window is in force: records that it has no place for are no longer counted. The step cannot change. */
  adopt({ historySeconds, forgetAfterSeconds }: Omit<BookOptions, 'stepSeconds'>): void {
    this.#forgetAfterSeconds = forgetAfterSeconds;
    const before = this.#capacity;
    this.#capacity = Math.round(historySeconds / this.#stepSeconds);
    if (this.#capacity === before) return;
    for (const known of this.#servers.values()) this.#resize(known, before);
  }

  /** Number of servers. */
  get size(): number {
    return this.#servers.size;
  }

  /** Records of all servers in their windows. */
  get records(): number {
    return this.#records;
  }

  has(server: string): boolean {
    return this.#servers.has(server);
  }

  /** What is known of a server; undefined if nothing came from it. */
  find(server: string): PushedServer | undefined {
    const known = this.#servers.get(server);
    return known && viewOf(server, known);
  }

  /** All servers, in the order in which they appeared. */
  *servers(): Generator<PushedServer> {
    for (const [server, known] of this.#servers) yield viewOf(server, known);
  }

  /**
   * Takes in a record. A server that is `offline` is known from then on, but what its record says of a machine that is off
   * is no load.
   */
  add(record: PushRecord): void {
    const { server_name: server, timestamp, status } = record;
    const known = this.#servers.get(server) ?? this.#addServer(server, timestamp);
    known.oldest = Math.min(known.oldest, timestamp);
    known.newest = Math.max(known.newest, timestamp);
    const bucket = Math.floor(timestamp / this.#stepSeconds);
    const changed = status === 'offline' ? undefined : this.#put(known, bucket, record);
    for (const outbox of this.#outboxes) {
      const change = changeOf(outbox, server);
      change.profile = record.profile ?? change.profile;
      if (changed) change.buckets.set(bucket, changed);
      if (status === 'maintenance') {
        change.maintenance.push({ from: bucket * this.#stepSeconds, to: (bucket + 1) * this.#stepSeconds });
      }
    }
  }

  /** Forgets servers that have been silent for long at epoch second `at`. */
  forgetSilent(at: number): void {
    for (const [server, known] of this.#servers) {
      if (at - known.newest <= this.#forgetAfterSeconds) continue;
      this.#servers.delete(server);
      this.#records -= known.records;
    }
  }

  /** Follows what changes from now on: each call gives what has changed since the one before. */
  follow(): { take(): PushedChange[]; end(): void } {
    const outbox: Outbox = new Map();
    this.#outboxes.add(outbox);
    return {
      take: () => {
        const changes = [...outbox.values()];
        outbox.clear();
        return changes;
      },
      end: () => this.#outboxes.delete(outbox),
    };
  }

  #addServer(server: string, timestamp: number): ServerRecords {
    const known: ServerRecords = {
      counts: new Uint32Array(this.#capacity),
      held: new Map(),
      heldRecords: 0,
      newestBucket: Math.floor(timestamp / this.#stepSeconds),
      records: 0,
      buckets: 0,
      oldest: timestamp,
      newest: timestamp,
    };
    this.#servers.set(server, known);
    return known;
  }

  /** Puts a record into its bucket and gives that back; undefined where the window has no place for it. */
  #put(known: ServerRecords, bucket: number, record: PushRecord): HeldBucket | undefined {
    if (bucket <= known.newestBucket - this.#capacity) return undefined;
    this.#advance(known, bucket);
    const held = known.held.get(bucket) ?? new HeldBucket();
    const before = held.records;
    held.put(record.timestamp, valuesOf(record));
    known.heldRecords += held.records - before;
    // What was touched last stands last.
    known.held.delete(bucket);
    known.held.set(bucket, held);
    this.#setCount(known, bucket, held.records);
    this.#release(known);
    return held;
  }

  /** Makes `bucket` the newest; what leaves the window is no longer counted. */
  #advance(known: ServerRecords, bucket: number): void {
    const steps = Math.min(bucket - known.newestBucket, this.#capacity);
    for (let i = 0; i < steps; i++) this.#setCount(known, bucket - i, 0);
    known.newestBucket = Math.max(known.newestBucket, bucket);
  }

  /** @param before  the length of its window so far, in buckets */
  #resize(known: ServerRecords, before: number): void {
    const { counts, newestBucket } = known;
    this.#records -= known.records;
    Object.assign(known, { counts: new Uint32Array(this.#capacity), records: 0, buckets: 0 });
    for (let i = 0; i < Math.min(before, this.#capacity); i++) {
      const bucket = newestBucket - i;
      this.#setCount(known, bucket, counts[bucket % before]!);
    }
  }

  #setCount(known: ServerRecords, bucket: number, count: number): void {
    const slot = bucket % this.#capacity;
    const before = known.counts[slot]!;
    known.counts[slot] = count;
    known.records += count - before;
    known.buckets += Number(count > 0) - Number(before > 0);
    this.#records += count - before;
  }

  /** Lets go of the buckets that were not touched for longest. */
  #release(known: ServerRecords): void {
    for (const [bucket, held] of known.held) {
      if (known.heldRecords <= MAX_HELD_RECORDS || known.held.size <= MIN_HELD_BUCKETS) return;
      known.held.delete(bucket);
      known.heldRecords -= held.records;
    }
  }
}

function viewOf(server: string, { records, buckets, oldest, newest }: ServerRecords): PushedServer {
  return { server, records, buckets, oldest, newest };
}

function changeOf(outbox: Outbox, server: string): OpenChange {
  const known = outbox.get(server);
  if (known) return known;
  const change: OpenChange = { server, profile: undefined, maintenance: [], buckets: new Map() };
  outbox.set(server, change);
  return change;
}

const values = new Float32Array(METRIC_NAMES.length);

/** [14]; valid until the next call. A value beyond 32 bits is absent, as in the windows: infinite, it would stay in the sums for good. */
function valuesOf(record: PushRecord): Float32Array {
  for (let i = 0; i < METRIC_NAMES.length; i++) values[i] = asFloat32(record[METRIC_NAMES[i]!] ?? Number.NaN);
  return values;
}

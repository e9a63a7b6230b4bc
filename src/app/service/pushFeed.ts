/** The push door behind its HTTP: checks records, keeps account of them and hands them to the pipeline. */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import type { Frame } from '../../core/flow.js';
import { createRecordCheck, type RecordCheck, type RecordFault } from '../../core/push/checkRecord.js';
import { describeFaults } from '../../core/push/describeFaults.js';
import type { PushRecord } from '../../core/push/record.js';
import type { ExporterMetrics } from '../../exposition/exporterMetrics.js';
import type { FeedOutcome, PushDoors, PushWarmup } from '../../exposition/push.js';
import { createPushSource } from '../../sources/push/pushSource.js';
import { type PushedServer, RecordBook } from '../../sources/push/recordBook.js';
import { type WalEvents, WriteAheadLog } from '../../sources/push/writeAheadLog.js';
import type { Source } from '../../sources/source.js';
import type { WindowOptions } from '../../windows/options.js';
import type { PushedRecords } from './intake.js';

export interface PushFeedParts {
  readonly config: Config;
  /** Epoch seconds. */
  readonly clock: () => number;
  readonly log: Logger;
  /**
   * How warm a server is that is pulled as well, 0–1: that is not up to the records. Undefined for one that is not pulled at
   * epoch second `at`.
   */
  readonly pulledWarmth: (server: string, at: number) => number | undefined;
  /** How far the reading of what was accepted before is: bytes of a total. */
  readonly onLoading: (done: number, total: number) => void;
}

/** A batch as it was checked. */
interface CheckedBatch {
  readonly good: PushRecord[];
  readonly faults: RecordFault[];
  rejected: number;
  tooOld: number;
  clamped: number;
}

/** Records that are checked in one turn of the event loop: about 2 ms, so that a scrape need not wait. */
const RECORDS_PER_TURN = 200;
/** Faults that are put into words, of which the answer shows some: those of a large batch would take long. */
const MAX_FAULTS = 1000;

export class PushFeed implements PushDoors, PushedRecords {
  readonly #parts: PushFeedParts;
  readonly #book: RecordBook;
  readonly #wal: WriteAheadLog;
  readonly #counters: LateCounters;
  #config: Config;
  #check: RecordCheck;
  #tick = 0;
  #canWrite = true;
  /** Whether the book knows what the file has; before, records that come are met on disk by who reads it. */
  #isLoaded = false;
  #isClosing = false;
  #loading: Promise<void> | undefined;

  private constructor(parts: PushFeedParts, kept: { book: RecordBook; wal: WriteAheadLog; counters: LateCounters }) {
    this.#parts = parts;
    this.#config = parts.config;
    this.#check = createRecordCheck(parts.config.push.optionalMetrics);
    this.#book = kept.book;
    this.#wal = kept.wal;
    this.#counters = kept.counters;
  }

  /** Can take records at once; `load` reads what was accepted before. Throws ConfigError where the data folder cannot be used. */
  static async open(parts: PushFeedParts): Promise<PushFeed> {
    const { windows, push, retrain } = parts.config;
    const counters = new LateCounters();
    const folder = join(resolve(retrain.dataFolder), 'push');
    const wal = await WriteAheadLog.open({ folder, ...boundsOf(parts.config) }, walEvents(counters, parts.log));
    counters.tell((exporter) => exporter.setWalLimit(push.walMaxBytes));
    return new PushFeed(parts, { book: new RecordBook(windows), wal, counters });
  }

  /**
   * Reads what was accepted before, once, in turns, so that doors are answered; says how far it is. What is pushed meanwhile is
   * on disk before its answer, and read from there.
   */
  load(): Promise<void> {
    this.#loading ??= this.#readAll();
    return this.#loading;
  }

  async #readAll(): Promise<void> {
    const { log, clock, onLoading } = this.#parts;
    const startedAt = performance.now();
    const reader = this.#wal.reader();
    const bytes = this.#wal.bytes;
    if (bytes > 0) log.info({ bytes }, 'reading the pushed records on disk');
    let records = 0;
    while (!reader.isAtEnd && !this.#isClosing) {
      const piece = await reader.next();
      for (const record of piece.records) this.#book.add(record);
      records += piece.records.length;
      onLoading(piece.done, piece.total);
    }
    // In the turn in which the end was seen: whoever is on disk later adds to the book himself.
    this.#isLoaded = true;
    this.#book.forgetSilent(clock());
    this.#counters.tell((exporter) => exporter.setPushedServers(this.#book.size));
    await this.#wal.dropPast(clock()).catch((error: Error) => {
      log.warn({ reason: error.message }, 'pushed records that are older than the window cannot be deleted');
    });
    const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
    if (bytes > 0) log.info({ records, servers: this.#book.size, seconds }, 'the pushed records on disk are read');
  }

  /** Counts from here on into the metrics of the exporter, and what was counted before. */
  publish(exporter: ExporterMetrics): void {
    this.#counters.publish(exporter);
  }

  /** Waits for what is being read and written. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#loading;
    await this.#wal.close();
  }

  /** Another configuration is in force: what records must be like, how many a server needs, and how much is kept of them. */
  adopt(config: Config): void {
    this.#config = config;
    this.#check = createRecordCheck(config.push.optionalMetrics);
    this.#book.adopt(config.windows);
    this.#wal.adopt(boundsOf(config));
    this.#counters.tell((exporter) => exporter.setWalLimit(config.push.walMaxBytes));
  }

  source(options: WindowOptions): Source {
    return createPushSource({
      ...{ book: this.#book, options, clock: this.#parts.clock },
      load: () => this.load(),
      replay: () => this.#wal.replay(),
    });
  }

  async feed(raw: readonly unknown[]): Promise<FeedOutcome> {
    if (raw.length === 0) return { kind: 'ignored' };
    const batch = await this.#checkAll(raw);
    const { good, faults, rejected, tooOld, clamped } = batch;
    const texts = describeFaults(faults);
    if (rejected > 0 && this.#config.push.validation === 'strict') {
      this.#counters.tell((exporter) => exporter.recordsPushed('rejected', raw.length));
      return { kind: 'refused', ...texts };
    }
    const trouble = good.length === 0 ? undefined : await this.#write(good);
    if (trouble !== undefined) return { kind: 'unavailable', message: trouble };
    if (this.#isLoaded) for (const record of good) this.#book.add(record);
    this.#tick++;
    this.#counters.tell((exporter) => {
      exporter.recordsPushed('accepted', good.length);
      exporter.recordsPushed('rejected', rejected);
      exporter.recordsPushed('too_old', tooOld);
      exporter.recordsClamped(clamped);
      if (this.#isLoaded) exporter.setPushedServers(this.#book.size);
    });
    const counts = { received: raw.length, accepted: good.length, rejected, tooOld, clamped, errors: texts.errors };
    const window = { tick: this.#tick, windowRecords: this.#book.records, servers: this.#warmup() };
    return { kind: 'accepted', tally: { ...counts, ...window } };
  }

  warmup(): readonly PushWarmup[] {
    const at = this.#parts.clock();
    return this.#warmup().filter(({ server }) => this.#parts.pulledWarmth(server, at) === undefined);
  }

  judge(frame: Frame): Frame {
    const known = this.#book.find(frame.server);
    if (known === undefined) return frame;
    const warmupRatio = Math.min(frame.quality.warmupRatio, known.records / this.#config.push.warmupRecords);
    if (warmupRatio >= 1) return frame;
    const state = frame.state === 'stale' ? 'stale' : 'warming';
    return { ...frame, state, quality: { ...frame.quality, warmupRatio } };
  }

  /** What went wrong; undefined once the records are on disk. */
  async #write(records: readonly PushRecord[]): Promise<string | undefined> {
    try {
      await this.#wal.append(records, this.#parts.clock());
      if (!this.#canWrite) this.#parts.log.info('pushed records can be written again');
      this.#canWrite = true;
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      if (this.#canWrite)
        this.#parts.log.error({ reason: message }, 'pushed records cannot be written; clients are refused');
      this.#canWrite = false;
      return message;
    }
  }

  async #checkAll(raw: readonly unknown[]): Promise<CheckedBatch> {
    const { windows } = this.#config;
    const at = this.#parts.clock();
    const bounds = { oldest: at - windows.historySeconds, latest: at + windows.maxAheadSeconds };
    const batch: CheckedBatch = { good: [], faults: [], rejected: 0, tooOld: 0, clamped: 0 };
    const isPlaced = this.#placesFor();
    const reject = (faults: readonly RecordFault[]) => {
      batch.rejected++;
      if (batch.faults.length < MAX_FAULTS) batch.faults.push(...faults);
    };
    for (let i = 0; i < raw.length; i++) {
      if (i % RECORDS_PER_TURN === RECORDS_PER_TURN - 1) await new Promise(setImmediate);
      const verdict = this.#check(raw[i], i, bounds);
      switch (verdict.kind) {
        case 'good':
          if (isPlaced(verdict.record.server_name)) {
            batch.good.push(verdict.record);
            if (verdict.isClamped) batch.clamped++;
          } else {
            reject([this.#tooMany(i, verdict.record.server_name)]);
          }
          break;
        case 'too_old':
          batch.tooOld++;
          break;
        case 'faulty':
          reject(verdict.faults);
          break;
      }
    }
    return batch;
  }

  /** Tells of one server after the other whether there is a place for it. */
  #placesFor(): (server: string) => boolean {
    const added = new Set<string>();
    return (server) => {
      if (this.#book.has(server) || added.has(server)) return true;
      if (this.#book.size + added.size >= this.#config.push.maxServers) return false;
      added.add(server);
      return true;
    };
  }

  #tooMany(index: number, value: string): RecordFault {
    const expected = `one of the ${this.#config.push.maxServers} servers that are known already (push.max_servers)`;
    return { kind: 'value', index, column: 'server_name', value, expected };
  }

  #warmup(): PushWarmup[] {
    const at = this.#parts.clock();
    return [...this.#book.servers()].map((known) => this.#warmupOf(known, at));
  }

  #warmupOf({ server, records, buckets, oldest }: PushedServer, at: number): PushWarmup {
    const { windows, push } = this.#config;
    const ofRecords = records / push.warmupRecords;
    const ofHistory = (buckets * windows.stepSeconds) / windows.minHistorySeconds;
    return {
      server,
      records,
      required: push.warmupRecords,
      ratio: this.#parts.pulledWarmth(server, at) ?? Math.min(1, ofRecords, ofHistory),
      lacks: ofRecords <= ofHistory ? 'records' : 'history',
      since: oldest,
    };
  }
}

function boundsOf({ push, windows }: Config) {
  return { maxBytes: push.walMaxBytes, historySeconds: windows.historySeconds };
}

/** What is counted before there is an exporter is counted when there is one. */
class LateCounters {
  #exporter: ExporterMetrics | undefined;
  #early: ((exporter: ExporterMetrics) => void)[] = [];

  tell(count: (exporter: ExporterMetrics) => void): void {
    if (this.#exporter) count(this.#exporter);
    else this.#early.push(count);
  }

  publish(exporter: ExporterMetrics): void {
    this.#exporter = exporter;
    for (const count of this.#early.splice(0)) count(exporter);
  }
}

function walEvents(counters: LateCounters, log: Logger): WalEvents {
  return {
    onSynced: (seconds) => counters.tell((exporter) => exporter.walWritten(true, seconds)),
    onWriteFailed: () => counters.tell((exporter) => exporter.walWritten(false)),
    onSize: (bytes, segments) => counters.tell((exporter) => exporter.setWalSize(bytes, segments)),
    onDropped: (reason, segments) => {
      if (reason === 'size') log.warn({ segments }, 'the oldest pushed records were dropped: push.wal_max_bytes');
      counters.tell((exporter) => exporter.walSegmentsDropped(reason, segments));
    },
    onTorn: (file, bytes) => {
      log.warn({ file, bytes }, 'the end of a write-ahead file is no whole entry and is left out');
      counters.tell((exporter) => exporter.walTorn(bytes));
    },
    onUnreadable: (file, reason) =>
      log.error({ file, reason }, 'pushed records on disk cannot be read and are left out'),
  };
}

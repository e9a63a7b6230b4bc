/** The loop: read, put records together, buffer them, keep the bookmark; beside it the sender. */
import type { Logger } from 'pino';
import type { RecordBuffer } from './delivery/buffer.js';
import type { FeedMetrics } from './feedMetrics.js';
import type { FeedStateFile } from './feedState.js';
import type { FeedOptions } from './options.js';
import { type Bookmark, ReadError, type Reader, type SourceDocument } from './reader.js';
import type { LinborgRecord } from './records/record.js';
import type { RecordBuilder } from './records/recordBuilder.js';
import { pauseSeconds, type Surroundings } from './surroundings.js';

export interface FeederParts {
  readonly reader: Reader;
  readonly builder: RecordBuilder;
  readonly state: FeedStateFile;
  readonly buffer: RecordBuffer;
  readonly options: FeedOptions;
  readonly metrics: FeedMetrics;
  readonly log: Logger;
  readonly surroundings: Surroundings;
}

/**
 * In a backlog the state is written only so often: with many servers it has megabytes. What was read since is read again after a kill,
 * and becomes the same records.
 */
const WRITE_STATE_EVERY_SECONDS = 5;

/**
 * Reads for as long as the process lives. The order of each round is what keeps records from being lost or made up: records into the
 * buffer, then the bookmark; killed in between, the next start reads the same documents again and makes the same records of them,
 * which linborg knows by server and time.
 */
export class Feeder {
  readonly #parts: FeederParts;
  #bookmark: Bookmark | undefined;
  #failures = 0;
  /** Whether what was read is neither in the buffer nor to be put there any more: the bookmark stays before it. */
  #isBehind = false;
  /** Why the state could not be written at the last try. */
  #stateTrouble: string | undefined;
  /** Epoch seconds of the last time that the state was written. */
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(parts: FeederParts, bookmark: Bookmark | undefined) {
    this.#parts = parts;
    this.#bookmark = bookmark;
  }

  /** Reads until the signal aborts. Throws ConfigError for what a person must change. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isAtEnd = await this.#round(signal);
      if (isAtEnd) await this.#untilWorthwhile(signal);
    }
    await this.#writeState();
  }

  /** Reads what there is, takes half-built records as they are, and returns when linborg has them all, or the signal aborts. */
  async runOnce(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.#round(signal)));
    if (!signal.aborted) await this.#keep(this.#take(true, true), signal);
    await this.#writeState();
    while (this.#parts.buffer.bytes > 0 && !signal.aborted) await this.#parts.buffer.untilChanged(signal);
  }

  /** Tells whether there was nothing more. */
  async #round(signal: AbortSignal): Promise<boolean> {
    const { buffer, reader, options, surroundings, metrics, builder } = this.#parts;
    while (buffer.isFull && !signal.aborted) await buffer.untilChanged(signal);
    if (signal.aborted) return true;
    try {
      const {
        documents,
        bookmark,
        isAtEnd,
        unreadable = 0,
      } = await reader.read({
        bookmark: this.#bookmark,
        limit: options.read_limit,
        until: surroundings.clock() - (options.delay ?? 0),
        signal,
      });
      metrics.read(documents.length, unreadable, surroundings.clock());
      this.#readAgain();
      for (const document of documents) this.#add(document, builder);
      if (!(await this.#keep(this.#take(isAtEnd, false), signal))) return true;
      this.#bookmark = bookmark;
      const isDue = surroundings.clock() - this.#writtenAt >= WRITE_STATE_EVERY_SECONDS;
      if (isAtEnd || isDue) await this.#writeState();
      return isAtEnd;
    } catch (error) {
      if (signal.aborted) return true;
      if (!(error instanceof ReadError)) throw error;
      await this.#afterFailure(error, signal);
      return false;
    }
  }

  #add(document: SourceDocument, builder: RecordBuilder): void {
    this.#parts.metrics.used(builder.add(document, this.#parts.surroundings.clock()));
  }

  #take(isAtEnd: boolean, isLast: boolean): readonly LinborgRecord[] {
    const { builder, metrics, log, surroundings } = this.#parts;
    const { records, implausible } = builder.take({ at: surroundings.clock(), isAtEnd, isLast });
    for (const { metric } of implausible) metrics.implausible(metric);
    if (implausible.length > 0)
      log.debug({ values: implausible.length, first: implausible[0] }, 'values out of range were left out');
    metrics.built(records.length);
    return records;
  }

  /** Puts records into the buffer; a disk that takes none is waited for. Tells whether they are there: not so if the signal aborts. */
  async #keep(records: readonly LinborgRecord[], signal: AbortSignal): Promise<boolean> {
    const { buffer, log, surroundings } = this.#parts;
    for (let failures = 0; ; ) {
      try {
        await buffer.append(records);
        if (failures > 0) log.info('records can be kept again');
        return true;
      } catch (error) {
        const reason = (error as Error).message;
        if (failures === 0) log.error({ reason }, 'records cannot be kept on disk; nothing is read until they can');
        failures++;
        await surroundings.sleep(pauseSeconds(failures, surroundings.random), signal);
        this.#isBehind = signal.aborted;
        if (signal.aborted) return false;
      }
    }
  }

  /** A state that cannot be written costs the next start what it reads again. */
  async #writeState(): Promise<void> {
    const { state, builder, surroundings, log } = this.#parts;
    if (this.#bookmark === undefined || this.#isBehind) return;
    try {
      await state.write({ bookmark: this.#bookmark, builder: builder.snapshot() });
      this.#writtenAt = surroundings.clock();
      if (this.#stateTrouble !== undefined) log.info('the state can be written again');
      this.#stateTrouble = undefined;
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#stateTrouble === undefined)
        log.error({ reason }, 'the state cannot be written; a restart would read again');
      this.#stateTrouble = reason;
    }
  }

  async #untilWorthwhile(signal: AbortSignal): Promise<void> {
    const { reader, options, surroundings } = this.#parts;
    const woken = new AbortController();
    const stop = () => woken.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const waits = [surroundings.sleep(options.poll, woken.signal)];
    if (reader.changed) waits.push(reader.changed(woken.signal));
    await Promise.race(waits);
    woken.abort();
    signal.removeEventListener('abort', stop);
  }

  async #afterFailure(error: ReadError, signal: AbortSignal): Promise<void> {
    const { metrics, log, surroundings } = this.#parts;
    metrics.readFailed();
    if (this.#failures === 0) log.warn({ reason: error.message }, 'the source cannot be read now; it is tried again');
    this.#failures++;
    const seconds = pauseSeconds(this.#failures, surroundings.random, error.retryAfterSeconds);
    await surroundings.sleep(seconds, signal);
  }

  #readAgain(): void {
    if (this.#failures > 0) this.#parts.log.info('the source can be read again');
    this.#failures = 0;
  }
}

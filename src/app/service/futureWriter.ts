/** Writes the future to a store that takes it, now and then, beside the cycles: whatever happens there disturbs none of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { SourceError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import type { ExporterMetrics } from '../../exposition/exporterMetrics.js';
import { type WriteBatch, writeFuture } from '../../exposition/future/writeFuture.js';
import type { ExportOptions } from '../../exposition/options.js';
import type { PublishedCycle } from '../../exposition/publishedCycle.js';
import { type HttpAnswer, sendRequest } from '../../http/request.js';
import { createTransport, type Transport } from '../../http/transport.js';
import { withRetries } from '../../sources/retry.js';
import type { FutureConfig, FutureWriteOptions } from '../options.js';

export interface FutureWriterParts {
  readonly exporter: ExporterMetrics;
  readonly log: Logger;
  /** Epoch seconds now. */
  readonly clock: () => number;
  readonly random: Random;
}

/** What of a cycle is written, and where. */
export interface FutureWish {
  readonly exported: ExportOptions;
  readonly future: FutureConfig;
}

/** With pauses of 0.5 to 8 s in between: a restart of the store is waited for. */
const TRIES = 6;
/** Requests in a row: a store may refuse what one server is called, or all samples that lie ahead. */
const MOST_REFUSED = 3;
/** A store's words are for people: no more of them than fit a log line. */
const LONGEST_ANSWER = 300;

/** A failure that may pass by itself. */
class PassingFailure extends Error {}

export class FutureWriter {
  readonly #parts: FutureWriterParts;
  readonly #closing = new AbortController();
  #writing: Promise<void> | undefined;
  #lastStart = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(parts: FutureWriterParts) {
    this.#parts = parts;
  }

  /** Begins to write the future of a cycle if it is time to and nothing is being written; never throws. */
  offer(cycle: PublishedCycle, { exported, future }: FutureWish): void {
    const { remoteWrite } = future;
    if (remoteWrite === undefined || this.#writing !== undefined) return;
    // By the distance: a clock that was set back must not hold it up until the former time comes again.
    if (Math.abs(cycle.at - this.#lastStart) < remoteWrite.everySeconds) return;
    this.#lastStart = cycle.at;
    this.#writing = this.#write(writeFuture(cycle, exported, future), remoteWrite).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Ends what is being written. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #write(batches: AsyncIterable<WriteBatch>, options: FutureWriteOptions): Promise<void> {
    const { exporter, clock } = this.#parts;
    let taken = 0;
    let failure: Error | undefined;
    let transport: Transport | undefined;
    try {
      transport = await createTransport(options.client, 1);
      let refused = 0;
      for await (const { body, samples } of batches) {
        const refusal = await this.#send(body, transport, options);
        failure ??= refusal;
        if (refusal === undefined) taken += samples;
        refused = refusal === undefined ? 0 : refused + 1;
        if (refused === MOST_REFUSED) break;
      }
    } catch (error) {
      failure = error as Error;
    } finally {
      transport?.close();
    }
    if (this.#closing.signal.aborted) return;
    exporter.futureWritten(failure === undefined, taken, clock());
    this.#report(options, failure);
  }

  /** Once per change of state. */
  #report({ url }: FutureWriteOptions, failure: Error | undefined): void {
    const { log } = this.#parts;
    if (failure !== undefined && !this.#isFailing)
      log.warn({ url, reason: failure.message }, 'the future could not be written; the next time tries again');
    if (failure === undefined && this.#isFailing) log.info({ url }, 'the future is written again');
    this.#isFailing = failure !== undefined;
  }

  /** @returns why the store refuses the request; it would again. Throws PassingFailure where it cannot be had. */
  async #send(body: Buffer, transport: Transport, options: FutureWriteOptions): Promise<SourceError | undefined> {
    const { signal } = this.#closing;
    return await withRetries(
      {
        tries: TRIES,
        random: this.#parts.random,
        sleep: (seconds) => sleep(1000 * seconds, undefined, { signal, ref: false }),
        isRetryable: (error) => error instanceof PassingFailure && !signal.aborted,
      },
      async () => {
        const { status, body: said } = await post(body, transport, options, signal);
        if (status >= 200 && status < 300) return undefined;
        const message = `HTTP ${status} ${said.slice(0, LONGEST_ANSWER).trim()}`.trim();
        if (status >= 500 || status === 429) throw new PassingFailure(message);
        return new SourceError(message);
      },
    );
  }
}

/** Throws PassingFailure where no answer came. */
function post(
  body: Buffer,
  transport: Transport,
  { url, timeoutSeconds }: FutureWriteOptions,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers = {
    'Content-Type': 'application/x-protobuf',
    'Content-Encoding': 'snappy',
    'X-Prometheus-Remote-Write-Version': '0.1.0',
  };
  const request = { method: 'POST', url: new URL(url), headers, body, timeoutSeconds, signal } as const;
  return sendRequest(transport, request).catch((cause: NodeJS.ErrnoException) => {
    throw new PassingFailure(cause.message || String(cause.code), { cause });
  });
}

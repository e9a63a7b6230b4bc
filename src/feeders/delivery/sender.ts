/** Sends what lies in the buffer, oldest first, and forgets it only once linborg has it. */
import type { Logger } from 'pino';
import type { FeedMetrics } from '../feedMetrics.js';
import type { LinborgRecord } from '../records/record.js';
import { pauseSeconds, type Surroundings } from '../surroundings.js';
import type { BufferPosition, RecordBuffer } from './buffer.js';
import { type Complaint, complaintOf, earlyRecords } from './culprits.js';
import type { Door, Outcome } from './door.js';

export interface SenderParts {
  readonly buffer: RecordBuffer;
  readonly door: Door;
  /** Records in one request. */
  readonly batchRecords: number;
  /** Columns that the feed's mapping can fill. */
  readonly columns: ReadonlySet<string>;
  readonly metrics: FeedMetrics;
  readonly log: Logger;
  readonly surroundings: Surroundings;
}

export class Sender {
  readonly #parts: SenderParts;
  /** Fewer than `batchRecords` while a request is too large, or while one bad record is looked for. */
  #limit: number;
  #failures = 0;
  /** Whether the disk took the last note of what was sent. */
  #canNote = true;
  /** The kind of trouble that was last told. */
  #trouble: string | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#limit = parts.batchRecords;
  }

  /** Sends until the signal aborts. What is on its way then is sent again at the next start; the door knows it by server and time. */
  async run(signal: AbortSignal): Promise<void> {
    const { buffer } = this.#parts;
    while (!signal.aborted) {
      const { records, end } = await buffer.peek(this.#limit);
      if (records.length === 0) await buffer.untilChanged(signal);
      else await this.#deliver(records, end, signal);
    }
  }

  /** One batch: sent, and without the records that the door complains of sent again. */
  async #deliver(records: readonly LinborgRecord[], end: BufferPosition, signal: AbortSignal): Promise<void> {
    let rest = records;
    while (rest.length > 0) {
      const outcome = await this.#parts.door.post(rest, signal);
      if (signal.aborted && outcome.kind !== 'accepted') return;
      this.#parts.metrics.posted(outcome.kind);
      if (outcome.kind === 'accepted') {
        rest = this.#accepted(rest, outcome);
        if (rest.length === 0) break;
        await this.#tryAgain(rest.length, { kind: 'invalid', messages: outcome.messages }, signal);
        if (signal.aborted) return;
        continue;
      }
      const good = this.#withoutCulprits(rest, outcome);
      if (good === undefined) return await this.#tryAgain(rest.length, outcome, signal);
      rest = good;
    }
    await this.#acknowledge(end);
  }

  async #acknowledge(end: BufferPosition): Promise<void> {
    const { buffer, log } = this.#parts;
    try {
      await buffer.acknowledge(end);
      if (!this.#canNote) log.info('what was sent is noted again');
      this.#canNote = true;
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#canNote)
        log.error({ reason }, 'what was sent cannot be noted on disk; a restart would send some of it again');
      this.#canNote = false;
    }
  }

  /** Gives the records that a lenient linborg left out and can take later. */
  #accepted(records: readonly LinborgRecord[], outcome: Acceptance): readonly LinborgRecord[] {
    const { metrics, log, batchRecords, surroundings } = this.#parts;
    const early = earlyRecords(records, outcome.messages, surroundings.clock());
    const newest = records.findLast((record) => !early.includes(record));
    if (newest !== undefined) metrics.sent(outcome.accepted, Date.parse(newest.timestamp) / 1000);
    metrics.rejected(Math.max(0, outcome.rejected - early.length));
    if (early.length > 0) return early;
    this.#failures = 0;
    this.#limit = Math.min(batchRecords, this.#limit * 2);
    if (this.#trouble !== undefined) log.info('linborg takes records again');
    this.#trouble = undefined;
    return [];
  }

  /** What is left without the records that can never be taken; undefined where that is not known of any. */
  #withoutCulprits(records: readonly LinborgRecord[], outcome: Refusal): readonly LinborgRecord[] | undefined {
    const culprits = this.#culprits(records, outcome);
    if (culprits === undefined) return undefined;
    const { metrics, log } = this.#parts;
    metrics.rejected(culprits.size);
    log.warn(
      { records: culprits.size, first: records[Math.min(...culprits)], reason: reasonOf(outcome) },
      'linborg refused records, which were left out',
    );
    return records.filter((_, index) => !culprits.has(index));
  }

  #culprits(records: readonly LinborgRecord[], outcome: Refusal): ReadonlySet<number> | undefined {
    if (outcome.kind !== 'invalid' && outcome.kind !== 'too_large') return undefined;
    const { columns, surroundings } = this.#parts;
    const complaint: Complaint =
      outcome.kind === 'invalid'
        ? complaintOf(records, outcome.messages, columns, surroundings.clock())
        : { kind: 'batch' };
    switch (complaint.kind) {
      case 'records':
        return complaint.indices;
      case 'columns':
      case 'early':
        return undefined;
      case 'batch':
        if (records.length === 1) return new Set([0]);
        this.#limit = Math.ceil(records.length / 2);
        return undefined;
    }
  }

  async #tryAgain(sent: number, outcome: Refusal, signal: AbortSignal): Promise<void> {
    const { surroundings, log } = this.#parts;
    // A smaller batch is tried soon: it is another request.
    this.#failures = this.#limit < sent ? 1 : this.#failures + 1;
    if (this.#trouble !== outcome.kind) {
      this.#trouble = outcome.kind;
      const reason = reasonOf(outcome);
      if (outcome.kind === 'away') log.warn({ reason }, 'linborg takes no records now; they are kept and sent later');
      else log.error({ reason }, 'linborg refuses the records; they are kept until this is set right');
    }
    const asked = outcome.kind === 'away' ? outcome.retryAfterSeconds : undefined;
    await surroundings.sleep(pauseSeconds(this.#failures, surroundings.random, asked), signal);
  }
}

type Acceptance = Extract<Outcome, { kind: 'accepted' }>;
type Refusal = Exclude<Outcome, Acceptance>;

function reasonOf(outcome: Refusal): string {
  return outcome.kind === 'invalid' ? outcome.messages.slice(0, 5).join('; ') : outcome.message;
}

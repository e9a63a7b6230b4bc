import { type BucketRange, STEP_SECONDS } from './grid.js';

/** A range that a metric still has to be read for. */
export interface OwedRange extends BucketRange {
  /** Not to be read before this moment, epoch seconds. */
  readonly notBefore: number;
  /** How often it failed. */
  readonly failures: number;
  /** Whether its newest buckets are read once more later, since late samples may still reach them. */
  readonly readAgain: boolean;
  /** It has been read, and something was missing in it. */
  readonly isPartial?: boolean;
}

/** Buckets are read again this long after their first reading: longer than a scrape interval. */
const SETTLE_SECONDS = 60;
/** How many of a range's newest buckets late samples may reach. */
const UNSETTLED_BUCKETS = 2;
const FIRST_RETRY_SECONDS = 60;
const MAX_FAILURES = 8;
/** What was read in part costs as much again: four times more, after a quarter of an hour, half an hour, one and two. */
const FAILURES_OF_PARTIAL = 4;

/** Which complete buckets of each metric have been read, and which are owed. Invariant: none after `doneUntil` is owed. */
export class Ledger {
  readonly #doneUntil = new Map<string, number>();
  readonly #owed = new Map<string, OwedRange[]>();

  /**
   * Takes the ranges to read now: what became complete, what failed before, what is to be read again.
   * @param since  the newest complete bucket that counts as read for a metric never seen here
   * @param newest the newest complete bucket
   * @param oldest nothing before this bucket is of use
   */
  take(
    metric: string,
    at: number,
    { since, newest, oldest }: { since: number; newest: number; oldest: number },
  ): OwedRange[] {
    if (newest < (this.#doneUntil.get(metric) ?? newest)) this.#turnBack(metric, newest, at);
    const doneUntil = this.#doneUntil.get(metric) ?? since;
    const owed = this.#owed.get(metric) ?? [];
    if (newest > doneUntil) {
      owed.push({ from: doneUntil + STEP_SECONDS, to: newest, notBefore: at, failures: 0, readAgain: true });
      this.#doneUntil.set(metric, newest);
    } else if (!this.#doneUntil.has(metric)) this.#doneUntil.set(metric, since);
    const useful = owed.filter((range) => range.to >= oldest);
    this.#owed.set(
      metric,
      useful.filter((range) => range.notBefore > at),
    );
    const due = useful.filter((range) => range.notBefore <= at);
    return coalesce(due.map((range) => ({ ...range, from: Math.max(range.from, oldest) })));
  }

  /** Records that a taken range was read; late samples are looked for once more. */
  succeed(metric: string, range: OwedRange, at: number): void {
    if (!range.readAgain) return;
    const from = Math.max(range.from, range.to - (UNSETTLED_BUCKETS - 1) * STEP_SECONDS);
    this.#owe(metric, { from, to: range.to, notBefore: at + SETTLE_SECONDS, failures: 0, readAgain: false });
  }

  /** Records that a part of a taken range failed; it is owed again with growing pauses, in the end given up. */
  fail(metric: string, range: OwedRange, failed: BucketRange, at: number): void {
    const failures = range.failures + 1;
    if (failures > MAX_FAILURES) return;
    const notBefore = at + FIRST_RETRY_SECONDS * 2 ** (failures - 1) - FIRST_RETRY_SECONDS;
    this.#owe(metric, { ...range, from: failed.from, to: failed.to, notBefore, failures });
  }

  /** Records that something was missing in a part of a taken range: it is read again later, a few times. */
  completeLater(metric: string, range: OwedRange, partial: BucketRange, at: number): void {
    const failures = Math.max(range.failures, FAILURES_OF_PARTIAL);
    this.fail(metric, { ...range, failures, readAgain: false, isPartial: true }, partial, at);
  }

  /** The source's clock was ahead for a while: what it said of that time was too early, and is owed again when it has come. */
  #turnBack(metric: string, newest: number, at: number): void {
    this.#doneUntil.set(metric, newest);
    const owed = (this.#owed.get(metric) ?? []).map((range) => ({
      ...range,
      to: Math.min(range.to, newest),
      notBefore: at,
    }));
    this.#owed.set(
      metric,
      owed.filter(({ from, to }) => from <= to),
    );
  }

  #owe(metric: string, range: OwedRange): void {
    const owed = this.#owed.get(metric);
    if (owed) owed.push(range);
    else this.#owed.set(metric, [range]);
  }
}

/** The same buckets in as few ranges as possible, ascending; those that were read in part have their own count of failures. */
function coalesce(ranges: readonly OwedRange[]): OwedRange[] {
  const joined: OwedRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && range.from <= last.to + STEP_SECONDS && last.isPartial === range.isPartial)
      joined[joined.length - 1] = {
        from: last.from,
        to: Math.max(last.to, range.to),
        notBefore: last.notBefore,
        failures: Math.min(last.failures, range.failures),
        readAgain: last.readAgain || range.readAgain,
        ...(last.isPartial === undefined ? {} : { isPartial: last.isPartial }),
      };
    else joined.push(range);
  }
  return joined;
}

/** The history that a source keeps, as whole series on the grid of buckets: what is trained on, and what is replayed. */
import { asFloat32 } from '../core/float32.js';
import type { SampleBatch } from '../core/flow.js';
import { groupBy } from '../core/groupBy.js';
import { lastCompleteBucket, STEP_SECONDS } from '../sources/grid.js';
import type { PullSummary, Source } from '../sources/source.js';
import type { Progress } from './progress.js';

/** One series from its first known bucket to its last. */
export interface HistorySeries {
  readonly server: string;
  readonly metric: string;
  /** Bucket of `values[0]`: epoch seconds / 300. */
  readonly first: number;
  /** NaN = absent. */
  readonly values: Float32Array;
}

const DAY_SECONDS = 86_400;
/** Buckets beyond both ends of a history: clocks differ by minutes. */
const MARGIN_BUCKETS = 12;

/**
 * The complete buckets of the last `days` of every server that the source knows; none without a finite sample. What a failed query
 * leaves out is said. Throws SourceError on an outage.
 */
export async function readHistory(source: Source, days: number, progress: Progress): Promise<HistorySeries[]> {
  const now = Date.now() / 1000;
  const seconds = days * DAY_SECONDS;
  const parts = new HistoryParts(now - seconds, now);
  for await (const event of source.history(now, seconds)) {
    if (event.kind === 'batch') {
      progress.update(`reading ${source.name}: ${event.done} of ${event.total} queries`);
      parts.add(event.batch);
    } else if (event.summary.outage) {
      throw event.summary.outage;
    } else {
      for (const warning of warningsOf(event.summary)) progress.done(`warning: ${warning}`);
    }
  }
  return parts.series();
}

/** One per metric: its queries mostly fail for one reason. */
function warningsOf({ source, failures, warnings }: PullSummary): string[] {
  const byMetric = [...groupBy(failures, ({ metric }) => metric).values()];
  return [
    ...byMetric.map((failed) => `${failed[0]!.error.message}; what it asked for is missing`),
    ...warnings.map((warning) => `${source} says: ${warning}`),
  ];
}

/**
 * Collects the chunks of a history, which arrive in any order, in four bytes per bucket: a hundred servers' month is
 * twelve million buckets.
 */
class HistoryParts {
  readonly #first: number;
  readonly #length: number;
  readonly #parts = new Map<string, Omit<HistorySeries, 'first'>>();

  constructor(from: number, to: number) {
    this.#first = Math.floor(from / STEP_SECONDS) - MARGIN_BUCKETS;
    this.#length = Math.ceil(to / STEP_SECONDS) + MARGIN_BUCKETS - this.#first;
  }

  /** The bucket under way is left out: what a few seconds of it say is nothing to learn from or to measure by. */
  add({ series, at }: SampleBatch): void {
    const end = Math.min(lastCompleteBucket(at) / STEP_SECONDS + 1 - this.#first, this.#length);
    for (const { server, metric, times, values } of series) {
      const part = this.#partOf(server, metric);
      times.forEach((time, i) => {
        const bucket = Math.floor(time / STEP_SECONDS) - this.#first;
        const value = asFloat32(values[i]!);
        if (!Number.isNaN(value) && bucket >= 0 && bucket < end) part.values[bucket] = value;
      });
    }
  }

  #partOf(server: string, metric: string): Omit<HistorySeries, 'first'> {
    const key = `${server}\n${metric}`;
    const part = this.#parts.get(key) ?? { server, metric, values: new Float32Array(this.#length).fill(Number.NaN) };
    this.#parts.set(key, part);
    return part;
  }

  series(): HistorySeries[] {
    return [...this.#parts.values()].flatMap(({ server, metric, values }) => {
      const start = values.findIndex((value) => !Number.isNaN(value));
      const end = values.findLastIndex((value) => !Number.isNaN(value)) + 1;
      if (start < 0) return [];
      return { server, metric, first: this.#first + start, values: values.subarray(start, end) };
    });
  }
}

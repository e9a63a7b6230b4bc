/** The records of one server that are being put together: what is known of each stretch of time, and what goes on beyond it. */
import type { MetricName } from '../../core/metrics.js';
import type { Profile } from '../../core/profiles.js';
import type { DocumentReadings, Reading } from '../mapping/readings.js';
import { addToCell, type Cell } from './cell.js';
import { type CounterPoint, ratePerSecond } from './counter.js';

export interface RecordTiming {
  /** The time that a record covers. */
  readonly stepSeconds: number;
  /** How long after its end the parts of a record are waited for. */
  readonly waitSeconds: number;
  /** How long after its end a part that is late still goes into a record, which is then sent again. */
  readonly lateSeconds: number;
  /** The longest time between two points of a counter that a rate is taken over. */
  readonly maxCounterGapSeconds: number;
}

/** What is known of one stretch of time. */
export interface Bucket {
  /** Epoch seconds of its beginning. */
  readonly start: number;
  /** By metric, rank of the rule and series; see `cellKey`. */
  readonly cells: Map<string, Cell>;
  /** Values that were taken from before this stretch, so that the record is the same when it is sent again. */
  readonly held: Map<MetricName, number>;
  status: string | undefined;
  profile: Profile | undefined;
  /** Whether there is something in it that no record has told yet. */
  isOpen: boolean;
}

export class ServerRecords {
  readonly buckets = new Map<number, Bucket>();
  readonly counters = new Map<string, CounterPoint>();
  /** The newest value of each metric that a record had. */
  readonly lastValues = new Map<MetricName, CounterPoint>();
  /** Epoch seconds of the newest document. */
  newest = Number.NEGATIVE_INFINITY;

  /** Takes what a document says; tells whether it came too late for that. */
  add({ at, readings, status, profile }: DocumentReadings, timing: RecordTiming): 'taken' | 'late' {
    const start = Math.floor(at / timing.stepSeconds) * timing.stepSeconds;
    if (start + timing.stepSeconds + timing.lateSeconds < this.newest) return 'late';
    this.newest = Math.max(this.newest, at);
    for (const reading of readings) {
      const value = this.#valueOf(reading, at, timing.maxCounterGapSeconds);
      if (value === undefined) continue;
      const bucket = this.#bucketAt(start);
      const key = cellKey(reading.metric, reading.rank, reading.series);
      bucket.cells.set(key, addToCell(bucket.cells.get(key), value, at));
      bucket.status = status ?? bucket.status;
      bucket.profile = profile ?? bucket.profile;
      bucket.isOpen = true;
    }
    return 'taken';
  }

  /** Whether there is something that no record has told yet. */
  get isOpen(): boolean {
    return [...this.buckets.values()].some(({ isOpen }) => isOpen);
  }

  /** Forgets stretches that nothing is taken into any more, and counters that no rate can be taken from: their network cards or disks are gone. */
  forgetOld({ stepSeconds, lateSeconds, maxCounterGapSeconds }: RecordTiming): void {
    const oldest = this.newest - stepSeconds - lateSeconds;
    for (const [start, { isOpen }] of this.buckets) if (!isOpen && start < oldest) this.buckets.delete(start);
    for (const [key, { at }] of this.counters) if (at < oldest - maxCounterGapSeconds) this.counters.delete(key);
  }

  #valueOf({ metric, rank, rule, series, value }: Reading, at: number, maxGapSeconds: number): number | undefined {
    const result = rule.isRate ? this.#rateOf(cellKey(metric, rank, series), { at, value }, maxGapSeconds) : value;
    return result !== undefined && rule.isComplement ? 100 - result : result;
  }

  #rateOf(key: string, point: CounterPoint, maxGapSeconds: number): number | undefined {
    const before = this.counters.get(key);
    if (before === undefined || point.at > before.at) this.counters.set(key, point);
    return ratePerSecond(before, point, maxGapSeconds);
  }

  #bucketAt(start: number): Bucket {
    const known = this.buckets.get(start);
    if (known) return known;
    const bucket: Bucket = {
      start,
      cells: new Map(),
      held: new Map(),
      status: undefined,
      profile: undefined,
      isOpen: false,
    };
    this.buckets.set(start, bucket);
    return bucket;
  }
}

const SEPARATOR = '\u001e';

function cellKey(metric: MetricName, rank: number, series: string): string {
  return `${metric}${SEPARATOR}${rank}${SEPARATOR}${series}`;
}

/** The cells of a metric by the rule that knows it best among those that found something. */
export function bestCells(bucket: Bucket, metric: MetricName): { rank: number; cells: Cell[] } | undefined {
  let rank = Number.POSITIVE_INFINITY;
  let cells: Cell[] = [];
  for (const [key, cell] of bucket.cells) {
    const [name, text] = key.split(SEPARATOR, 2);
    if (name !== metric || Number(text) > rank) continue;
    if (Number(text) < rank) cells = [];
    rank = Number(text);
    cells.push(cell);
  }
  return cells.length === 0 ? undefined : { rank, cells };
}

/** Training data: trace folders, or a Prometheus. */
import { basename, resolve } from 'node:path';
import { ConfigError, SourceError } from '../../core/errors.js';
import type { SampleSeries } from '../../core/flow.js';
import { groupBy } from '../../core/groupBy.js';
import type { ProfileRule } from '../../core/profiles.js';
import type { ModelDataset } from '../../model/files/manifest.js';
import { type LongSeries, toLongSeries, toLongSeriesOf } from '../../model/training/corpus.js';
import { listTraces, replayCsv } from '../../sources/csvReplay.js';
import type { Source } from '../../sources/source.js';
import type { Progress } from '../progress.js';

export const STEP_SECONDS = 300;
const DAY_SECONDS = 86_400;

/** Every series of the folders; each folder is a data set of its own, named after it. */
export async function readTraceFolders(folders: readonly string[], progress: Progress): Promise<LongSeries[]> {
  const corpus: LongSeries[] = [];
  for (const folder of folders) {
    const dataset = basename(resolve(folder));
    const files = (await listTraces(folder)).length;
    let done = 0;
    for await (const batch of replayCsv(folder, { extraColumns: true })) {
      progress.update(`reading ${dataset}: ${++done} of ${files} files`);
      corpus.push(...toLongSeries(batch, dataset, STEP_SECONDS));
    }
  }
  progress.done(`read ${corpus.length} series that vary, from ${folders.length} folders`);
  return corpus;
}

/** The last `days` of every server that a source knows. Throws SourceError if it brings nothing. */
export async function readFromSource(
  source: Source,
  days: number,
  profiles: readonly ProfileRule[],
  progress: Progress,
): Promise<LongSeries[]> {
  if (!(days > 0)) throw new ConfigError(`--days is ${days}; expected a number above 0`);
  const now = Date.now() / 1000;
  const seconds = days * DAY_SECONDS;
  const parts = new HistoryParts('prometheus', now - seconds, now);
  for await (const event of source.history(now, seconds)) {
    if (event.kind === 'batch') {
      progress.update(`reading ${source.name}: ${event.done} of ${event.total} queries`);
      for (const series of event.batch.series) parts.add(series);
    } else if (event.summary.outage) {
      throw event.summary.outage;
    }
  }
  const corpus = parts.longSeries(profiles);
  if (corpus.length === 0) throw new SourceError(`${source.name} has no series that varies in the last ${days} days`);
  progress.done(`read ${corpus.length} series that vary from ${source.name}`);
  return corpus;
}

/** Buckets beyond both ends of a history: clocks differ by minutes. */
const MARGIN_BUCKETS = 12;

/**
 * Collects the chunks of a history, which arrive in any order, in four bytes per bucket: a hundred servers' month is
 * twelve million buckets.
 */
class HistoryParts {
  readonly #dataset: string;
  readonly #first: number;
  readonly #length: number;
  readonly #parts = new Map<
    string,
    { readonly server: string; readonly metric: string; readonly values: Float32Array }
  >();

  constructor(dataset: string, from: number, to: number) {
    this.#dataset = dataset;
    this.#first = Math.floor(from / STEP_SECONDS) - MARGIN_BUCKETS;
    this.#length = Math.ceil(to / STEP_SECONDS) + MARGIN_BUCKETS - this.#first;
  }

  add({ server, metric, times, values }: SampleSeries): void {
    const key = `${server}\n${metric}`;
    const part = this.#parts.get(key) ?? { server, metric, values: new Float32Array(this.#length).fill(Number.NaN) };
    this.#parts.set(key, part);
    times.forEach((time, i) => {
      const bucket = Math.floor(time / STEP_SECONDS) - this.#first;
      if (Number.isFinite(values[i]!) && bucket >= 0 && bucket < this.#length) part.values[bucket] = values[i]!;
    });
  }

  /** From the first known bucket of each series to its last. */
  longSeries(profiles: readonly ProfileRule[]): LongSeries[] {
    return [...this.#parts.values()].flatMap(({ server, metric, values }) => {
      const start = values.findIndex((value) => !Number.isNaN(value));
      const end = values.findLastIndex((value) => !Number.isNaN(value)) + 1;
      const first = this.#first + start;
      if (start < 0) return [];
      return toLongSeriesOf(
        { dataset: this.#dataset, server, metric, first, values: values.subarray(start, end) },
        profiles,
      );
    });
  }
}

/** What the manifest says of the training data. */
export function describeDatasets(corpus: readonly LongSeries[]): ModelDataset[] {
  const date = (bucket: number) => new Date(bucket * STEP_SECONDS * 1000).toISOString().slice(0, 10);
  return [...groupBy(corpus, ({ dataset }) => dataset)].map(([name, series]) => ({
    name,
    servers: new Set(series.map(({ server }) => server)).size,
    series: series.length,
    from: date(Math.min(...series.map(({ first }) => first))),
    to: date(Math.max(...series.map(({ first, length }) => first + length - 1))),
  }));
}

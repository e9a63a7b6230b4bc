/** Training data: trace folders, or a Prometheus. */
import { basename, resolve } from 'node:path';
import { ConfigError, SourceError } from '../../core/errors.js';
import type { SampleBatch } from '../../core/flow.js';
import { groupBy } from '../../core/groupBy.js';
import type { ProfileRule } from '../../core/profiles.js';
import type { ModelDataset } from '../../model/files/manifest.js';
import { type LongSeries, toLongSeries } from '../../model/training/corpus.js';
import { listTraces, replayCsv } from '../../sources/csvReplay.js';
import type { Source } from '../../sources/source.js';
import type { Progress } from '../progress.js';

const STEP_SECONDS = 300;
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
  const parts = new Map<string, { server: string; metric: string; times: number[]; values: number[] }>();
  for await (const event of source.history(Date.now() / 1000, days * DAY_SECONDS)) {
    if (event.kind === 'batch') {
      progress.update(`reading ${source.name}: ${event.done} of ${event.total} queries`);
      for (const { server, metric, times, values } of event.batch.series) {
        const key = `${server}\n${metric}`;
        const part = parts.get(key) ?? { server, metric, times: [], values: [] };
        parts.set(key, part);
        for (let i = 0; i < times.length; i++) {
          part.times.push(times[i]!);
          part.values.push(values[i]!);
        }
      }
    } else if (event.summary.outage) {
      throw event.summary.outage;
    }
  }
  const series = [...parts.values()].map((part) => inOrder(part.server, part.metric, part.times, part.values));
  const batch: SampleBatch = { kind: 'buckets', source: source.name, at: 0, series };
  const corpus = toLongSeries(batch, 'prometheus', STEP_SECONDS, profiles);
  if (corpus.length === 0) throw new SourceError(`${source.name} has no series that varies in the last ${days} days`);
  progress.done(`read ${corpus.length} series that vary from ${source.name}`);
  return corpus;
}

/** Chunks arrive in any order. */
function inOrder(server: string, metric: string, times: readonly number[], values: readonly number[]) {
  const order = times.map((_, i) => i).sort((a, b) => times[a]! - times[b]!);
  return {
    server,
    metric,
    times: Float64Array.from(order, (i) => times[i]!),
    values: Float64Array.from(order, (i) => values[i]!),
  };
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

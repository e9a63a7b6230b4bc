/** Training data: trace folders, or a Prometheus. */
import { basename, resolve } from 'node:path';
import { SourceError } from '../../core/errors.js';
import { groupBy } from '../../core/groupBy.js';
import type { ProfileRule } from '../../core/profiles.js';
import type { ModelDataset } from '../../model/files/manifest.js';
import { type LongSeries, toLongSeries, toLongSeriesOf } from '../../model/training/corpus.js';
import { listTraces, replayCsv } from '../../sources/csvReplay.js';
import { STEP_SECONDS } from '../../sources/grid.js';
import type { Source } from '../../sources/source.js';
import type { Progress } from '../progress.js';
import { readHistory } from '../readHistory.js';

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
  const series = await readHistory(source, days, progress);
  const corpus = series.flatMap((one) => toLongSeriesOf({ dataset: 'prometheus', ...one }, profiles));
  if (corpus.length === 0) {
    throw new SourceError(
      `${source.name} has no series that varies in the last ${days} days; "linborg check mappings" shows what it has`,
    );
  }
  progress.done(`read ${corpus.length} series that vary from ${source.name}`);
  return corpus;
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

/** Where traces come from: folders of CSV files, or the history that a Prometheus keeps. One server at a time. */
import { basename, resolve } from 'node:path';
import { CommandError, SourceError } from '../../core/errors.js';
import type { SampleSeries } from '../../core/flow.js';
import { groupBy } from '../../core/groupBy.js';
import type { ProfileRule } from '../../core/profiles.js';
import { listTraces, replayCsv } from '../../sources/csvReplay.js';
import { STEP_SECONDS } from '../../sources/grid.js';
import type { Source } from '../../sources/source.js';
import type { Progress } from '../progress.js';
import { type HistorySeries, readHistory } from '../readHistory.js';
import { type ServerTrace, toServerTrace } from './serverTrace.js';

export interface TraceSource {
  /** Names of the data sets, in order. */
  readonly datasets: readonly string[];
  /** Servers that will come, at most. */
  readonly servers: number;
  readonly traces: AsyncIterator<ServerTrace, undefined>;
}

export interface TraceLimits {
  readonly profiles: readonly ProfileRule[];
  /** At most this many servers of each data set. */
  readonly servers: number;
}

/** Every folder is a data set of its own, named after it. Throws as `listTraces` does. */
export async function openTraceFolders(folders: readonly string[], limits: TraceLimits): Promise<TraceSource> {
  const datasets = folders.map((folder) => basename(resolve(folder)));
  const twice = datasets.find((name, i) => datasets.indexOf(name) < i);
  if (twice !== undefined) {
    throw new CommandError(`--from names two folders called ${twice}; expected a different name for each data set`);
  }
  let servers = 0;
  for (const folder of folders) servers += Math.min((await listTraces(folder)).length, limits.servers);
  return { datasets, servers, traces: readFolders(folders, datasets, limits) };
}

async function* readFolders(
  folders: readonly string[],
  datasets: readonly string[],
  { profiles, servers }: TraceLimits,
): AsyncGenerator<ServerTrace, undefined> {
  for (const [i, folder] of folders.entries()) {
    let left = servers;
    for await (const { series } of replayCsv(folder, { extraColumns: true })) {
      const trace = toServerTrace(series, { dataset: datasets[i]!, stepSeconds: STEP_SECONDS, profiles });
      if (trace !== undefined) yield trace;
      if (--left === 0) break;
    }
  }
  return undefined;
}

/**
 * The last `days` of every server that the sources know.
 * @throws SourceError if one cannot be read, or if there is nothing
 */
export async function openHistory(
  sources: readonly Source[],
  days: number,
  limits: TraceLimits,
  progress: Progress,
): Promise<TraceSource> {
  const series: HistorySeries[] = [];
  for (const source of sources) series.push(...(await readHistory(source, days, progress)));
  const byServer = [...groupBy(series, ({ server }) => server)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (byServer.length === 0) throw new SourceError(`Prometheus has no sample of the last ${days} days`);
  const kept = byServer.slice(0, limits.servers);
  progress.done(`read ${series.length} series of ${byServer.length} servers`);
  return { datasets: ['prometheus'], servers: kept.length, traces: traces() };

  async function* traces(): AsyncGenerator<ServerTrace, undefined> {
    for (const [, ofServer] of kept) {
      const origin = { dataset: 'prometheus', stepSeconds: STEP_SECONDS, profiles: limits.profiles };
      const trace = toServerTrace(ofServer.map(toSamples), origin);
      if (trace !== undefined) yield trace;
    }
    return undefined;
  }
}

/** Known buckets only: a trace ends where its last sample does. */
function toSamples({ server, metric, first, values }: HistorySeries): SampleSeries {
  const known = [...values.keys()].filter((i) => !Number.isNaN(values[i]!));
  return {
    server,
    metric,
    times: Float64Array.from(known, (i) => (first + i) * STEP_SECONDS),
    values: Float64Array.from(known, (i) => values[i]!),
  };
}

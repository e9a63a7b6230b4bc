/** Where traces come from: folders of CSV files, or the history that a Prometheus keeps. One server at a time. */
import { basename, resolve } from 'node:path';
import { CommandError, SourceError } from '../../core/errors.js';
import type { SampleSeries } from '../../core/flow.js';
import { groupBy } from '../../core/groupBy.js';
import type { ProfileRule } from '../../core/profiles.js';
import { listTraces, replayCsv } from '../../sources/csvReplay.js';
import type { Source } from '../../sources/source.js';
import type { Progress } from '../progress.js';
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

const STEP_SECONDS = 300;
const DAY_SECONDS = 86_400;

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
  const series: SampleSeries[] = [];
  for (const source of sources) series.push(...(await collectHistory(source, days, progress)));
  const byServer = [...groupBy(series, ({ server }) => server)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (byServer.length === 0) throw new SourceError(`Prometheus has no sample of the last ${days} days`);
  const kept = byServer.slice(0, limits.servers);
  progress.done(`read ${series.length} series of ${byServer.length} servers`);
  return { datasets: ['prometheus'], servers: kept.length, traces: traces() };

  async function* traces(): AsyncGenerator<ServerTrace, undefined> {
    for (const [, ofServer] of kept) {
      const origin = { dataset: 'prometheus', stepSeconds: STEP_SECONDS, profiles: limits.profiles };
      const trace = toServerTrace(ofServer, origin);
      if (trace !== undefined) yield trace;
    }
    return undefined;
  }
}

/** Pieces of history come in any order; each series is put together and sorted. */
async function collectHistory(source: Source, days: number, progress: Progress): Promise<SampleSeries[]> {
  const pieces: SampleSeries[] = [];
  for await (const event of source.history(Date.now() / 1000, days * DAY_SECONDS)) {
    if (event.kind === 'batch') {
      progress.update(`reading ${source.name}: ${event.done} of ${event.total} queries`);
      pieces.push(...event.batch.series);
    } else if (event.summary.outage) {
      throw event.summary.outage;
    }
  }
  return [...groupBy(pieces, ({ server, metric }) => `${server}\n${metric}`).values()].map(joined);
}

function joined(pieces: readonly SampleSeries[]): SampleSeries {
  const { server, metric } = pieces[0]!;
  const inOrder = pieces.filter(({ times }) => times.length > 0).sort((a, b) => a.times[0]! - b.times[0]!);
  return {
    server,
    metric,
    times: Float64Array.from(inOrder.flatMap(({ times }) => [...times])),
    values: Float64Array.from(inOrder.flatMap(({ values }) => [...values])),
  };
}

/** `linborg bench`: each part in a process of its own, so that engines and peaks of memory do not mix. */
import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../../core/errors.js';
import type { PartFigures } from '../bench/cycleParts.js';
import type { CycleFigures } from '../bench/fleetCycle.js';
import type { ReadFigures } from '../bench/fleetReads.js';
import type { WatchFigures } from '../bench/fleetWatch.js';
import type { InferenceFigures } from '../bench/inference.js';
import type { PushFigures } from '../bench/pushRate.js';
import type { StartFigures } from '../bench/startUp.js';
import type { BenchTask } from '../bench/task.js';
import { wholeNumber } from '../flags.js';
import { resolveModelPath } from '../modelPath.js';
import { createProgress, type Progress } from '../progress.js';

interface BenchFlags {
  readonly out: string;
  readonly servers: string;
  readonly parts: string;
  readonly only: string;
}

const BENCH_KINDS = ['inference', 'cycles', 'parts', 'watch', 'reads', 'push', 'start'] as const;
type BenchKind = (typeof BENCH_KINDS)[number];

/** Fewer cycles where one takes long. */
const CYCLES = (servers: number) => (servers >= 5000 ? 2 : 4);
/** Feeders of a thousand servers, for long enough that memory would be seen to grow. */
const PUSH = { servers: 1000, rate: 100_000, minutes: 8 };
/** A quarter of what it may be by default, which is two days of these servers: time grows with it. */
const START = { servers: 1000, megabytes: 250 };
/** Each of the three cycles goes first equally often. */
const MOMENTS = 9;

export async function bench(flags: BenchFlags): Promise<number> {
  const counts = flags.servers.split(',').map((text) => wholeNumber('servers', text, 1, 100_000));
  const partServers = wholeNumber('parts', flags.parts, 1, 100_000);
  const kinds = kindsOf(flags.only);
  const modelPath = await resolveModelPath('models/default');
  const progress = createProgress();
  const report = {
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node },
    ...(kinds.has('inference') && (await inferenceFigures(modelPath, progress))),
    ...(kinds.has('cycles') && (await cycleFigures(counts, modelPath, progress))),
    ...(kinds.has('parts') && { parts: await partFigures(partServers, modelPath, progress) }),
    ...(kinds.has('push') && { push: await pushFigures(progress) }),
    ...(kinds.has('start') && { start: await startFigures(progress) }),
    ...(kinds.has('watch') && { watch: await watchFigures(counts, progress) }),
    ...(kinds.has('reads') && { reads: await readFigures(counts, progress) }),
  };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  await mkdir(dirname(flags.out), { recursive: true });
  await writeFile(flags.out, text);
  process.stdout.write(text);
  return 0;
}

function kindsOf(text: string): ReadonlySet<BenchKind> {
  const names = text.split(',');
  const unknown = names.find((name) => !BENCH_KINDS.some((kind) => kind === name));
  if (unknown !== undefined) throw new CommandError(`--only is ${text}; expected some of ${BENCH_KINDS.join(',')}`);
  return new Set(BENCH_KINDS.filter((kind) => names.includes(kind)));
}

async function inferenceFigures(modelPath: string, progress: Progress) {
  const native = await runTask<InferenceFigures>({ kind: 'inference', engine: 'native', modelPath }, progress).catch(
    (error: Error) => {
      progress.done(`native engine not measured: ${error.message}`);
      return undefined;
    },
  );
  if (native) progress.done(`native: ${native.series_per_cpu_second} series per CPU-second`);
  const wasm = await runTask<InferenceFigures>({ kind: 'inference', engine: 'wasm', modelPath }, progress);
  progress.done(`wasm: ${wasm.series_per_cpu_second} series per CPU-second`);
  return { ...(native ? { native } : {}), wasm };
}

async function cycleFigures(counts: readonly number[], modelPath: string, progress: Progress) {
  const cycles: CycleFigures[] = [];
  for (const servers of counts) {
    const figures = await runTask<CycleFigures>(
      { kind: 'cycles', servers, cycles: CYCLES(servers), modelPath },
      progress,
    );
    progress.done(`${servers} servers: ${figures.seconds} s per cycle, ${figures.peak_rss_mb} MB at most`);
    cycles.push(figures);
  }
  return {
    cycles: cycles.map(({ answers: _, ...figures }) => figures),
    answers: Object.fromEntries(cycles.map(({ servers, answers }) => [`${servers}_servers`, answers])),
    loop_delay_p99_ms: Math.max(...cycles.map((figures) => figures.loop_delay_p99_ms)),
  };
}

async function partFigures(servers: number, modelPath: string, progress: Progress): Promise<PartFigures> {
  const figures = await runTask<PartFigures>({ kind: 'parts', servers, moments: MOMENTS, modelPath }, progress);
  progress.done(
    `incident head, ledger, watch and own figures add ${Math.round(100 * figures.added_share.all)} % to a cycle`,
  );
  return figures;
}

async function watchFigures(counts: readonly number[], progress: Progress): Promise<WatchFigures[]> {
  const watches: WatchFigures[] = [];
  for (const servers of counts) {
    const figures = await runTask<WatchFigures>({ kind: 'watch', servers }, progress);
    progress.done(
      `${servers} servers: a turn of the watch takes ${1000 * figures.longest_turn_cpu_seconds} ms of CPU time at most`,
    );
    watches.push(figures);
  }
  return watches;
}

async function readFigures(counts: readonly number[], progress: Progress): Promise<ReadFigures[]> {
  const all: ReadFigures[] = [];
  for (const servers of counts) {
    const figures = await runTask<ReadFigures>({ kind: 'reads', servers }, progress);
    const longest = Math.max(...Object.values(figures.reads).map((read) => read.longest_turn_cpu_ms));
    progress.done(`${servers} servers: a turn of a remote read takes ${longest} ms of CPU time at most`);
    all.push(figures);
  }
  return all;
}

async function pushFigures(progress: Progress): Promise<PushFigures> {
  const figures = await runTask<PushFigures>({ kind: 'push', ...PUSH }, progress);
  progress.done(
    `${figures.records_per_minute} records pushed per minute: ${figures.cpu_seconds_per_100k_records} CPU-seconds per 100,000, ${figures.rss_mb.at(-1)} MB`,
  );
  return figures;
}

async function startFigures(progress: Progress): Promise<StartFigures> {
  const figures = await runTask<StartFigures>({ kind: 'start', ...START }, progress);
  progress.done(
    `${figures.write_ahead_mb} MB of pushed records: doors after ${figures.listening_seconds} s, ready after ${figures.ready_seconds} s, ${figures.peak_rss_mb} MB at most`,
  );
  return figures;
}

/** Runs a task in a child process; its progress goes to ours. */
function runTask<Figures>(task: BenchTask, progress: Progress): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('../bench/task.js', import.meta.url)), [JSON.stringify(task)]);
    let figures: Figures | undefined;
    let failure = 'it ended without figures';
    child.on('message', (message: { figures?: Figures; progress?: string; failure?: string }) => {
      if (message.progress !== undefined) progress.update(message.progress);
      if (message.failure !== undefined) failure = message.failure;
      if (message.figures !== undefined) figures = message.figures;
    });
    child.on('exit', () => (figures === undefined ? reject(new CommandError(failure)) : resolve(figures)));
  });
}

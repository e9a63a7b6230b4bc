/** `linborg bench`: each part in a process of its own, so that engines and peaks of memory do not mix. */
import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../../core/errors.js';
import type { CycleFigures } from '../bench/fleetCycle.js';
import type { InferenceFigures } from '../bench/inference.js';
import type { BenchTask } from '../bench/task.js';
import { wholeNumber } from '../flags.js';
import { resolveModelPath } from '../modelPath.js';
import { createProgress, type Progress } from '../progress.js';

interface BenchFlags {
  readonly out: string;
  readonly servers: string;
}

/** Fewer cycles where one takes long. */
const CYCLES = (servers: number) => (servers >= 5000 ? 2 : 4);

export async function bench(flags: BenchFlags): Promise<number> {
  const counts = flags.servers.split(',').map((text) => wholeNumber('servers', text, 1, 100_000));
  const modelPath = await resolveModelPath('models/default');
  const progress = createProgress();
  const native = await runTask<InferenceFigures>({ kind: 'inference', engine: 'native', modelPath }, progress).catch(
    (error: Error) => {
      progress.done(`native engine not measured: ${error.message}`);
      return undefined;
    },
  );
  if (native) progress.done(`native: ${native.series_per_cpu_second} series per CPU-second`);
  const wasm = await runTask<InferenceFigures>({ kind: 'inference', engine: 'wasm', modelPath }, progress);
  progress.done(`wasm: ${wasm.series_per_cpu_second} series per CPU-second`);
  const cycles: CycleFigures[] = [];
  for (const servers of counts) {
    const figures = await runTask<CycleFigures>(
      { kind: 'cycles', servers, cycles: CYCLES(servers), modelPath },
      progress,
    );
    progress.done(`${servers} servers: ${figures.seconds} s per cycle, ${figures.peak_rss_mb} MB at most`);
    cycles.push(figures);
  }
  const report = {
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node },
    ...(native ? { native } : {}),
    wasm,
    cycles: cycles.map(({ answers: _, ...figures }) => figures),
    answers: Object.fromEntries(cycles.map(({ servers, answers }) => [`${servers}_servers`, answers])),
    loop_delay_p99_ms: Math.max(...cycles.map((figures) => figures.loop_delay_p99_ms)),
  };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  await mkdir(dirname(flags.out), { recursive: true });
  await writeFile(flags.out, text);
  process.stdout.write(text);
  return 0;
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

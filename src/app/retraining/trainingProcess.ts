/** `linborg train` as a process of its own, at a low priority: its memory and its crashes are its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';

export interface ProcessOrder {
  /** What Node runs, and its arguments. */
  readonly args: readonly string[];
  /** Its priority as in nice(1). */
  readonly nice: number;
  readonly maxMemoryBytes: number;
  /** After so long it is ended, whatever it does. */
  readonly maxSeconds: number;
  readonly onLine: (line: string) => void;
}

/** How a process ended. */
export type ProcessEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string };

const WATCH_MILLISECONDS = 2000;
/** Of what it said, for the reason of a failure. */
const LAST_LINES = 3;

export class TrainingProcess {
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  /** Why it was ended from here. */
  #endedBecause: ProcessEnd | undefined;
  /** Never rejects. */
  readonly ended: Promise<ProcessEnd>;

  constructor({ args, nice, maxMemoryBytes, maxSeconds, onLine }: ProcessOrder) {
    // The heap of JavaScript; that of the engine is watched from here.
    const heap = `--max-old-space-size=${Math.floor(maxMemoryBytes / 2 ** 20)}`;
    this.#child = spawn(process.execPath, [heap, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = createInterface({ input: this.#child.stderr! });
    lines.on('line', (line) => {
      if (line.trim() === '') return;
      this.#lastLines.push(line.trim());
      if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
      onLine(line);
    });
    const watch = setInterval(() => void this.#watchMemory(maxMemoryBytes), WATCH_MILLISECONDS);
    const deadline = setTimeout(
      () =>
        this.#kill({ kind: 'failed', reason: `it was still not done after ${Math.round(maxSeconds / 60)} minutes` }),
      maxSeconds * 1000,
    );
    this.ended = new Promise<ProcessEnd>((resolve) => {
      this.#child.once('error', (error) => resolve({ kind: 'failed', reason: `it could not start: ${error.message}` }));
      this.#child.once('close', (code, signal) => resolve(this.#endedBecause ?? this.#endOf(code, signal)));
    }).finally(() => {
      clearInterval(watch);
      clearTimeout(deadline);
    });
    lowerPriority(this.#child.pid, nice);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks it to come to an end with what it has. */
  finish(): void {
    this.#child.kill('SIGTERM');
  }

  /** Ends it at once: nothing of it is worth a goodbye. */
  async stop(): Promise<void> {
    this.#kill({ kind: 'stopped' });
    await this.ended;
  }

  #kill(because: ProcessEnd): void {
    this.#endedBecause ??= because;
    this.#child.kill('SIGKILL');
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): ProcessEnd {
    if (code === 0) return { kind: 'done' };
    const said = this.#lastLines.findLast((line) => line.startsWith('linborg: ')) ?? this.#lastLines.at(-1);
    const how = signal ? `${signal} ended it` : `it ended with exit code ${code}`;
    return { kind: 'failed', reason: said === undefined ? how : `${how}: ${said.replace(/^linborg: /, '')}` };
  }

  /** Where there is no /proc, the heap of JavaScript alone is limited. */
  async #watchMemory(maxBytes: number): Promise<void> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    if (kilobytes * 1024 <= maxBytes) return;
    const [has, limit] = [kilobytes * 1024, maxBytes].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
    this.#kill({ kind: 'failed', reason: `it took ${has} of memory; retrain.max_memory_bytes allows ${limit}` });
  }
}

function lowerPriority(pid: number | undefined, nice: number): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, nice);
  } catch {
    // It has ended already, or the platform has no priorities.
  }
}

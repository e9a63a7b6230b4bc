/** The folder that a backtest writes: nothing stands under its final name before everything is written. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CommandError } from '../../core/errors.js';
import { REPORT_KIND } from './report/reportData.js';

const REPORT = 'report.json';
/** All that a backtest ever writes. */
const OWN_FILES = new Set(['forecasts.csv.gz', 'baselines.csv.gz', 'risk.csv', 'incidents.csv', REPORT, 'report.html']);
export type OutputFile =
  | 'forecasts.csv.gz'
  | 'baselines.csv.gz'
  | 'risk.csv'
  | 'incidents.csv'
  | typeof REPORT
  | 'report.html';

const UNFINISHED = '.tmp';

/** A file that is being written. */
export interface OutputText {
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>;
}

interface OpenFile {
  readonly name: OutputFile;
  readonly head: Writable;
  readonly file: WriteStream;
}

export class OutputFolder {
  readonly path: string;
  readonly #open: OpenFile[] = [];
  /** The first fault of any file. */
  #fault: Error | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder, or takes that of an earlier backtest over.
   * @throws CommandError if it cannot be made or holds anything else
   */
  static async open(path: string): Promise<OutputFolder> {
    try {
      await mkdir(path, { recursive: true });
      await refuseForeignFiles(path);
    } catch (cause) {
      if (cause instanceof CommandError) throw cause;
      throw new CommandError(`--out ${path} cannot be made (${(cause as Error).message}); choose another folder`, {
        cause,
      });
    }
    return new OutputFolder(path);
  }

  /** Begins a file; `.gz` is compressed. */
  create(name: OutputFile): OutputText {
    const file = createWriteStream(join(this.path, name + UNFINISHED));
    const gzip = name.endsWith('.gz') ? createGzip() : undefined;
    gzip?.pipe(file);
    const head = gzip ?? file;
    const keep = (error: Error) => {
      this.#fault ??= error;
      head.emit('drain');
    };
    file.on('error', keep);
    gzip?.on('error', keep);
    this.#open.push({ name, head, file });
    return {
      write: async (text) => {
        this.#throwFault();
        if (!head.write(text)) await new Promise<void>((resolve) => head.once('drain', () => resolve()));
        this.#throwFault();
      },
    };
  }

  /** Writes what is still on its way and gives every file its name; files of an earlier run that are not made anew go. */
  async commit(): Promise<void> {
    try {
      for (const { head, file } of this.#open) {
        head.end();
        await finished(file);
      }
      this.#throwFault();
      for (const name of OWN_FILES) {
        const isNew = this.#open.some((file) => file.name === name);
        if (isNew) await rename(join(this.path, name + UNFINISHED), join(this.path, name));
        else await rm(join(this.path, name), { force: true });
      }
    } catch (cause) {
      if (cause instanceof CommandError) throw cause;
      throw this.#writeError(cause as Error);
    }
  }

  /** Gives up: what was begun goes, what was there before stays. */
  async discard(): Promise<void> {
    for (const { name, head, file } of this.#open) {
      head.destroy();
      file.destroy();
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', () => resolve()));
      await rm(join(this.path, name + UNFINISHED), { force: true });
    }
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#writeError(this.#fault);
  }

  #writeError(cause: Error): CommandError {
    return new CommandError(
      `--out ${this.path} cannot be written (${cause.message}); make room or choose another folder; the files before are untouched`,
      { cause },
    );
  }
}

async function refuseForeignFiles(path: string): Promise<void> {
  const names = await readdir(path);
  const foreign = names.find((name) => !OWN_FILES.has(name.replace(/\.tmp$/, '')));
  const refusal = (what: string) =>
    new CommandError(`--out ${path} ${what}; choose a new folder or one of an earlier backtest`);
  if (foreign !== undefined) throw refusal(`holds ${foreign}, which is not from a backtest`);
  if (names.every((name) => name.endsWith(UNFINISHED))) return;
  const report = await readFile(join(path, REPORT), 'utf8').catch(() => '');
  if (!report.includes(`"kind":"${REPORT_KIND.replace(/\d+$/, '')}`))
    throw refusal(`holds files but no ${REPORT} of a backtest`);
}

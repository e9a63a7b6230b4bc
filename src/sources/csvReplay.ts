/** Recorded traces: a folder of `<server>.csv[.gz]`, read one server at a time. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { SourceError } from '../core/errors.js';
import type { SampleBatch } from '../core/flow.js';
import { isMetricName } from '../core/metrics.js';
import { STEP_SECONDS } from './grid.js';

export interface CsvReplayOptions {
  /** Also bring the columns that are not LINBORG metrics. */
  readonly extraColumns: boolean;
}

/** Tables that stand beside the traces. */
const NOT_TRACES = /^(?:servers|labels)\.csv(?:\.gz)?$/;

/** The trace files of a folder, sorted by name. Throws SourceError if there are none. */
export async function listTraces(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SourceError(`trace folder ${folder} cannot be read (${reason}); expected a folder of <server>.csv[.gz]`, {
      cause,
    });
  }
  const traces = names.filter((name) => /\.csv(?:\.gz)?$/.test(name) && !NOT_TRACES.test(name)).sort();
  if (traces.length === 0) throw new SourceError(`trace folder ${folder} holds no <server>.csv or <server>.csv.gz`);
  return traces.map((name) => path.join(folder, name));
}

/**
 * One batch per server: the whole of its trace, an empty cell being NaN.
 * @throws SourceError with file and line for a header, value or time that is not as the format says
 */
export async function* replayCsv(folder: string, options: CsvReplayOptions): AsyncGenerator<SampleBatch> {
  for (const file of await listTraces(folder)) yield await readTrace(file, options);
}

/** One file as a batch. Throws as `replayCsv` does. */
async function readTrace(file: string, options: CsvReplayOptions): Promise<SampleBatch> {
  const table = new TraceTable(file, options);
  const raw = createReadStream(file);
  const bytes = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => bytes.destroy(error));
  try {
    for await (const line of createInterface({ input: bytes, crlfDelay: Number.POSITIVE_INFINITY })) table.add(line);
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SourceError(`${file}:${table.line} cannot be read on (${reason}); expected a whole CSV file`, { cause });
  } finally {
    raw.destroy();
  }
  return table.batch();
}

/** Collects the lines of one trace. Invariant: times ascend on the grid, and every column is as long as the times. */
class TraceTable {
  /** The line read last, from 1. */
  line = 0;
  readonly #file: string;
  readonly #options: CsvReplayOptions;
  /** Names of the kept columns and where they stand in a line. */
  #columns: { name: string; index: number; values: number[] }[] = [];
  #width = 0;
  #server: string | undefined;
  readonly #times: number[] = [];

  constructor(file: string, options: CsvReplayOptions) {
    this.#file = file;
    this.#options = options;
  }

  add(text: string): void {
    this.line++;
    if (this.line === 1) this.#readHeader(text.replace(/^\uFEFF/, ''));
    else if (text !== '') this.#readRow(text);
  }

  batch(): SampleBatch {
    const server = this.#server;
    if (this.line === 0)
      throw new SourceError(`${this.#file} is empty; expected the header timestamp,server,<metrics>`);
    if (server === undefined)
      throw new SourceError(`${this.#file} has a header and no rows; expected one row per 300 s`);
    const times = Float64Array.from(this.#times);
    return {
      kind: 'buckets',
      source: `csv ${this.#file}`,
      at: times.at(-1)! + STEP_SECONDS,
      series: this.#columns.map(({ name, values }) => ({
        server,
        metric: name,
        times,
        values: Float64Array.from(values),
      })),
    };
  }

  #readHeader(text: string): void {
    const names = text.split(',');
    if (names[0] !== 'timestamp' || names[1] !== 'server' || names.length < 3)
      throw this.#error(`has the header ${JSON.stringify(text)}; expected timestamp,server,<metrics>`);
    const twice = names.find((name, index) => name === '' || names.indexOf(name) < index);
    if (twice !== undefined)
      throw this.#error(`names the column ${JSON.stringify(twice)} twice or not at all; expected distinct names`);
    this.#width = names.length;
    const columns = names.map((name, index) => ({ name, index, values: [] })).slice(2);
    this.#columns = columns.filter(({ name }) => this.#options.extraColumns || isMetricName(name));
    if (this.#columns.length === 0) throw this.#error(`has no LINBORG metric among its columns: ${text}`);
  }

  #readRow(text: string): void {
    const cells = text.split(',');
    if (cells.length !== this.#width)
      throw this.#error(`has ${cells.length} cells; expected ${this.#width} as in the header`);
    this.#readTime(cells[0]!);
    const server = cells[1]!;
    if (server === '' || (this.#server ?? server) !== server)
      throw this.#error(`is of server ${JSON.stringify(server)}; expected ${JSON.stringify(this.#server ?? 'a name')}`);
    this.#server = server;
    for (const { name, index, values } of this.#columns) {
      const cell = cells[index]!.trim();
      const value = cell === '' ? Number.NaN : Number(cell);
      if (cell !== '' && !Number.isFinite(value))
        throw this.#error(`has ${name} = ${JSON.stringify(cell)}; expected a number or an empty cell`);
      values.push(value);
    }
  }

  #readTime(cell: string): void {
    const time = Number(cell);
    if (cell.trim() === '' || !Number.isInteger(time) || time < 0 || time % STEP_SECONDS !== 0)
      throw this.#error(`has timestamp ${JSON.stringify(cell)}; expected epoch seconds, a multiple of ${STEP_SECONDS}`);
    const last = this.#times.at(-1);
    if (last !== undefined && time <= last)
      throw this.#error(`has timestamp ${time} after ${last}; expected ascending times`);
    this.#times.push(time);
  }

  #error(what: string): SourceError {
    return new SourceError(`${this.#file}:${this.line} ${what}`);
  }
}

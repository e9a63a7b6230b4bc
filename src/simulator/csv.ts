/** The fleet's 14 metrics as CSV traces, for training and backtests. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { CommandError } from '../core/errors.js';
import { METRIC_NAMES } from '../core/metrics.js';
import type { Fleet } from './fleet.js';
import { labelsCsv } from './labels.js';
import type { SimulatedServer } from './server/simulatedServer.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from './step.js';

export interface TraceOptions {
  readonly fleet: Fleet;
  /** Created if it is not there. */
  readonly folder: string;
  /** Epoch seconds; every bin of 300 s that starts at from ≤ time < until gets a row. */
  readonly from: number;
  readonly until: number;
  readonly onProgress?: (progress: { readonly serversDone: number; readonly servers: number }) => void;
}

/**
 * Writes `<server>.csv.gz` for every server, `servers.csv` (rows, span, gaps) and `labels.csv` (the scenarios).
 * @throws CommandError if the folder cannot be written
 */
export async function writeTraces({ fleet, folder, from, until, onProgress }: TraceOptions): Promise<void> {
  const fromStep = Math.ceil(from / STEP_SECONDS);
  const toStep = Math.ceil(until / STEP_SECONDS);
  const overview = [OVERVIEW_HEADER];
  try {
    await mkdir(folder, { recursive: true });
    for (const [index, server] of fleet.servers.entries()) {
      const trace = traceOf(server, fromStep, toStep);
      await writeFile(join(folder, `${server.name}.csv.gz`), await compress(trace.text));
      overview.push(overviewRow(server, fromStep, toStep, trace.missingRows));
      onProgress?.({ serversDone: index + 1, servers: fleet.servers.length });
    }
    await writeFile(join(folder, 'servers.csv'), `${overview.join('\n')}\n`);
    await writeFile(join(folder, 'labels.csv'), labelsCsv(fleet, fromStep * STEP_SECONDS, toStep * STEP_SECONDS));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`the traces could not be written to ${folder}: ${reason}`, { cause });
  }
}

const compress = promisify(gzip);
const OVERVIEW_HEADER = 'server,rows,first,last,step_s,missing_frac,metrics';

function overviewRow(server: SimulatedServer, fromStep: number, toStep: number, missingRows: number): string {
  const rows = toStep - fromStep;
  const first = fromStep * STEP_SECONDS;
  const last = (toStep - 1) * STEP_SECONDS;
  const missing = rows === 0 ? 0 : Number((missingRows / rows).toFixed(4));
  return `${server.name},${rows},${first},${last},${STEP_SECONDS},${missing},${metricsOf(server).join(' ')}`;
}

function traceOf(server: SimulatedServer, fromStep: number, toStep: number): { text: string; missingRows: number } {
  const metrics = metricsOf(server);
  const columns = metrics.map((metric) => ROW[metric]);
  const row = new Float64Array(ROW_LENGTH);
  const lines = [`timestamp,server,${metrics.join(',')}`];
  let missingRows = 0;
  for (let step = fromStep; step < toStep; step++) {
    if (!server.writeStep(step, row)) missingRows++;
    let line = `${step * STEP_SECONDS},${server.name}`;
    for (const column of columns) line += `,${fourDigits(row[column]!)}`;
    lines.push(line);
  }
  lines.push('');
  return { text: lines.join('\n'), missingRows };
}

function metricsOf(server: SimulatedServer) {
  return METRIC_NAMES.filter((metric) => metric !== 'java_cpu_pct' || server.hasJava);
}

/** Four significant digits, empty for NaN. */
function fourDigits(value: number): string {
  if (Number.isNaN(value)) return '';
  // The common magnitudes by hand: toPrecision takes most of the time of a large trace otherwise.
  if (value >= 100 && value < 1000) return String(Math.round(value * 10) / 10);
  if (value >= 10 && value < 100) return String(Math.round(value * 100) / 100);
  if (value >= 1 && value < 10) return String(Math.round(value * 1000) / 1000);
  return String(Number(value.toPrecision(4)));
}

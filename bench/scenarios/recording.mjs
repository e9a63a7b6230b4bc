/** What the recordings of this folder have in common: which series they hold, and how they are read again. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

export const STEP = 300;
/** What has no threshold alarms nobody, and forecasts of one series need no other. */
export const THRESHOLDED = [
  'cpu_idle_pct',
  'cpu_iowait_pct',
  'java_cpu_pct',
  'mem_used_pct',
  'swap_used_pct',
  'disk_usage_pct',
  'back_close_wait',
  'front_close_wait',
  'load_average',
];

/** What recordServices.mjs records of a service. */
export const API_METRICS = ['http_requests_rate', 'http_errors_ratio', 'http_p95_seconds'];

/** The memory of deviations keeps two hours. */
const KEPT_BUCKETS = 24;

/** The lines of a recording, bucket by bucket. */
export async function* linesOf(folder) {
  const file = createReadStream(join(folder, 'served.jsonl.gz')).pipe(createGunzip());
  for await (const text of createInterface({ input: file })) yield JSON.parse(text);
}

/** The same, with a `memory` that the watches ask for deviations. */
export async function* recorded(folder) {
  const series = new Map();
  const memory = { at: (server, metric, bucket) => series.get(`${server},${metric}`)?.get(bucket) ?? Number.NaN };
  for await (const line of linesOf(folder)) {
    for (const { server, newest, deviations } of line.servers) {
      for (const [metric, deviation] of Object.entries(deviations)) {
        const key = `${server},${metric}`;
        const known = series.get(key) ?? new Map();
        series.set(key, known);
        known.set(newest, deviation ?? Number.NaN);
        known.delete(newest - KEPT_BUCKETS);
      }
    }
    yield { ...line, memory };
  }
}

export async function readLabels(folder) {
  const [, ...lines] = (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [server, start, end, kind, detail] = line.split(',');
    const facts = Object.fromEntries(detail.split(';').map((fact) => fact.split('=')));
    return { server, start: Number(start), end: Number(end), kind, isIncident: facts.incident === 'true', facts };
  });
}

/** JSON has no NaN: null. */
export function rounded(value) {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null;
}

/** The smallest value that `level` of them do not exceed; undefined without any. */
export function quantile(sorted, level) {
  return sorted[Math.max(0, Math.ceil(level * sorted.length) - 1)];
}

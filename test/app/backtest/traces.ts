/** Hand-made traces: small, and written as users write them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { normal, seededRandom } from '../../../src/core/random.js';

/** Monday, 1 June 2026, 00:00 UTC. */
export const START = Date.UTC(2026, 5, 1) / 1000;
export const STEP = 300;

/** Values per metric, one per bin; NaN = an empty cell. */
export type Columns = Readonly<Record<string, Float64Array>>;

/** Two metrics of a server with a daily swing. */
export function livelyColumns(bins: number, seed: number): Columns {
  const random = seededRandom(seed);
  const swing = (level: number, size: number) =>
    Float64Array.from({ length: bins }, (_, i) =>
      Number((level + size * Math.sin((2 * Math.PI * i) / 288) + normal(random)).toFixed(3)),
    );
  return { cpu_user_pct: swing(40, 20), mem_used_pct: swing(60, 5), x_queue: swing(300, 100) };
}

export function writeTrace(folder: string, server: string, columns: Columns): void {
  mkdirSync(folder, { recursive: true });
  const names = Object.keys(columns);
  const rows = Array.from({ length: columns[names[0]!]!.length }, (_, i) => {
    const cells = names.map((name) => columns[name]![i]!).map((value) => (Number.isNaN(value) ? '' : String(value)));
    return `${START + i * STEP},${server},${cells.join(',')}`;
  });
  const text = `timestamp,server,${names.join(',')}\n${rows.join('\n')}\n`;
  writeFileSync(path.join(folder, `${server}.csv.gz`), gzipSync(text));
}

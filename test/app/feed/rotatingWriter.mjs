// usage: node rotatingWriter.mjs FOLDER LINES
// Writes FOLDER/metrics.log line by line, and rotates it now by renaming, now by copying and cutting, as logrotate does.
import { appendFileSync, copyFileSync, renameSync, truncateSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [folder, lines] = process.argv.slice(2);
const path = `${folder}/metrics.log`;
const start = Date.UTC(2026, 0, 1);
for (let n = 0; n < Number(lines); n++) {
  const ts = new Date(start + n * 60_000).toISOString();
  appendFileSync(path, `${JSON.stringify({ ts, host: 'web1', cpu: n % 100, padding: 'x'.repeat(n % 200) })}\n`);
  if (n % 20 === 0) await pause(5);
  if (n % 400 === 399) renameSync(path, `${path}.${n}`);
  else if (n % 400 === 199) {
    copyFileSync(path, `${path}.${n}`);
    truncateSync(path, 0);
  }
}

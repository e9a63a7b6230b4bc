/**
 * Draws every dashboard in dark and light over a Prometheus that runs, as PNG, and says which panels are empty or faulty.
 *
 * usage: scripts/draw-dashboards.sh [PROMETHEUS] [OUT] [NAME=VALUE …]     the pairs are values of the dashboards' variables
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DASHBOARDS } from '../written.js';
import { openDrawingBoard } from './drawing.js';

const [prometheus = 'http://127.0.0.1:9090', out = 'build/dashboards', ...pairs] = process.argv.slice(2);
const variables = {
  ...{ profile: '.*', instance: '.*', container: '.*', service: 'orders', server: 'ppweb002' },
  ...Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string])),
};

mkdirSync(out, { recursive: true });
const board = await openDrawingBoard(prometheus);
try {
  for (const dashboard of DASHBOARDS) {
    for (const theme of ['dark', 'light'] as const) {
      const { panels, complaints, picture } = await board.draw({ dashboard, variables, theme });
      const file = path.join(out, `${dashboard.uid}-${theme}.png`);
      writeFileSync(file, picture);
      const bad = panels.filter(({ isDrawn, fault }) => !isDrawn || fault !== undefined);
      const empty = panels.filter(({ series }) => series === 0).map(({ title, text }) => `${title} (${text})`);
      process.stdout.write(`${file}: ${panels.length} panels; empty: ${empty.join(', ') || 'none'}\n`);
      for (const { title, fault } of bad) process.stdout.write(`  ${title}: ${fault ?? 'nothing is drawn'}\n`);
      for (const complaint of complaints) process.stdout.write(`  the console says: ${complaint}\n`);
      if (bad.length + complaints.length > 0) process.exitCode = 1;
    }
  }
} finally {
  await board.close();
}

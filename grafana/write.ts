/**
 * Writes the dashboards as the JSON that Grafana imports.
 *
 * usage: node build/grafana/grafana/write.js [--out FOLDER] [--check]
 *   --out     default: grafana/dashboards
 *   --check   writes nothing; says which files differ
 * exit code: 0 = written or fresh, 1 = stale
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dashboards } from './dashboards.js';

const { values: args } = parseArgs({
  options: {
    out: { type: 'string', default: 'grafana/dashboards' },
    check: { type: 'boolean', default: false },
  },
});

const files = new Map(
  dashboards().map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]),
);

if (args.check) {
  const found = existsSync(args.out) ? readdirSync(args.out) : [];
  const stale = [...new Set([...files.keys(), ...found])].filter((name) => !isFresh(name));
  for (const name of stale) {
    process.stderr.write(`${join(args.out, name)} is not what grafana/ writes; run make dashboards\n`);
  }
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  mkdirSync(args.out, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(args.out, name), text);
}

function isFresh(name: string): boolean {
  const path = join(args.out, name);
  return existsSync(path) && readFileSync(path, 'utf8') === files.get(name);
}

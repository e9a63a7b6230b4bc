/** Vitest's global set-up: `dist/` is as new as `src/`, because some tests start the real command line and real workers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist/.tsbuildinfo');

/** Builds when a source is newer than the last build. A type error is left to `make verify`; tsc writes the output anyway. */
export function setup() {
  if (isBuilt()) return;
  const startedAt = new Date();
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) process.stderr.write(`tsc -p tsconfig.build.json found errors:\n${built.stdout}\n`);
  if (!existsSync(stamp)) throw new Error(`the build wrote no dist/: ${built.stdout}${built.stderr}`);
  // tsc leaves the stamp's time alone when nothing changed; the start of the build is what it vouches for.
  utimesSync(stamp, startedAt, startedAt);
}

function isBuilt() {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true }).every(
    (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs <= builtAt,
  );
}

import { existsSync } from 'node:fs';
import { buildIfStale } from '../scripts/build.mjs';

/** `dist/` is as new as `src/`, because some tests start the real command line and real workers. Type errors are for `make verify`. */
export function setup(): void {
  const { status, output } = buildIfStale();
  if (status !== 0) process.stderr.write(`the build of dist/ found errors:\n${output}\n`);
  if (!existsSync('dist')) throw new Error(`the build wrote no dist/: ${output}`);
}

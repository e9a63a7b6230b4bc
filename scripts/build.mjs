/**
 * Builds `dist/` when a source is newer than the last build that had no errors.
 *
 * usage: node scripts/build.mjs        exit code: tsc's
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist/.tsbuildinfo');

/** @returns tsc's exit code and output; 0 and nothing where `dist/` is fresh. tsc writes its output in spite of type errors. */
export function buildIfStale() {
  if (isFresh()) return { status: 0, output: '' };
  const startedAt = new Date();
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  const output = `${run.stdout ?? ''}${run.stderr ?? ''}${run.error?.message ?? ''}`;
  // The stamp vouches for the sources as they were when the build began, and for nothing after errors; tsc touches it as it likes.
  const vouchedFor = run.status === 0 ? startedAt : new Date(0);
  if (existsSync(stamp)) utimesSync(stamp, vouchedFor, vouchedFor);
  return { status: run.status ?? 1, output };
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  const isOlder = (path) => statSync(path).mtimeMs <= builtAt;
  const source = join(root, 'src');
  return (
    ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].every((name) => isOlder(join(root, name))) &&
    isOlder(source) &&
    readdirSync(source, { recursive: true }).every((name) => isOlder(join(source, name)))
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { status, output } = buildIfStale();
  process.stdout.write(output);
  process.exit(status);
}

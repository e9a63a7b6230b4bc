import { execFileSync } from 'node:child_process';

/** Linux alone lets a process bound its files from outside. */
export const CAN_LIMIT = process.platform === 'linux';

/** How long any file of this process may grow from now on: with 0 every write fails, while files can be made all the same. */
export function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
}

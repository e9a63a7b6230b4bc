/** What may not be there, which is no fault. */
import { readdir, readFile } from 'node:fs/promises';

/** The text of a file; undefined if there is none. */
export function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ifMissing(undefined));
}

/** The names in a folder; none if there is no such folder. */
export function namesIfThere(folder: string): Promise<string[]> {
  return readdir(folder).catch(ifMissing([]));
}

/** For a catch: `instead` of what is not there; any other fault is one. */
function ifMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

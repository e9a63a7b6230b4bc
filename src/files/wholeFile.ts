/** Files that a crash leaves either as they were or as they should be. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { WriteError } from '../core/errors.js';
import { syncFolder } from './syncFolder.js';

/** What a file is to hold. */
export interface FileContent {
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Permissions; by default what the process's umask leaves. */
  readonly mode?: number;
}

/** Of which the umask takes away. */
const NEW_FILE_MODE = 0o666;

/** Writes a file in one piece: a full disk or a crash leaves the one before. Throws WriteError if it cannot. */
export function writeWhole(path: string, content: FileContent['content'], mode = NEW_FILE_MODE): Promise<void> {
  return writeTogether([{ path, content, mode }]);
}

/**
 * Writes files that only work together: none takes its place before all are on the disk, and when it resolves a power failure leaves
 * the new ones.
 * @throws WriteError if one cannot be written: then the files before stay
 */
export async function writeTogether(files: readonly FileContent[]): Promise<void> {
  let current = '';
  try {
    for (const { path, content, mode = NEW_FILE_MODE } of files) {
      current = path;
      // On the disk before it takes the place of the one before: after a power failure the name must not lead to nothing.
      await writeFile(beside(path), content, { flush: true, mode });
    }
    for (const { path } of files) {
      current = path;
      await rename(beside(path), path);
    }
  } catch (cause) {
    for (const { path } of files) await rm(beside(path), { force: true }).catch(() => {});
    throw new WriteError(
      `cannot write ${basename(current)} (${(cause as Error).message}); the file before it is untouched`,
      { cause },
    );
  }
  await syncFoldersOf(files.map(({ path }) => path));
}

function beside(path: string): string {
  return `${path}.tmp`;
}

/** Only then does a power failure leave the new files and not the ones before. */
async function syncFoldersOf(paths: readonly string[]): Promise<void> {
  for (const folder of new Set(paths.map(dirname))) {
    try {
      await syncFolder(folder);
    } catch (cause) {
      throw new WriteError(
        `${folder} cannot be synced (${(cause as Error).message}); after a power failure it may have the files before`,
        { cause },
      );
    }
  }
}

/** Files by names with * and ?. */
import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../../core/errors.js';
import { namesIfThere } from '../../../files/ifThere.js';

export interface FoundFile {
  readonly path: string;
  /** Device and inode: it stays the same when the file is renamed. */
  readonly id: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** A found file when it is opened later. `moved`: under its name there is another one, or none. */
export type OpenedFile =
  | { readonly is: 'open'; readonly handle: FileHandle }
  | { readonly is: 'moved' }
  | { readonly is: 'unreadable'; readonly error: NodeJS.ErrnoException };

/** A name with wildcards, in a folder without them. */
export interface FileGlob {
  readonly folder: string;
  readonly name: RegExp;
}

/** Throws ConfigError for wildcards in the names of folders. */
export function parseGlob(path: string): FileGlob {
  const folder = resolve(dirname(path));
  if (/[*?]/.test(dirname(path)))
    throw new ConfigError(`file.paths has ${path}; expected * and ? in the name of the file only`);
  const source = basename(path)
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return { folder, name: new RegExp(`^${source}$`) };
}

/** The regular files of a folder; none if there is no such folder yet. */
export async function listFiles(folder: string): Promise<FoundFile[]> {
  const names = await namesIfThere(folder);
  const files = await Promise.all(names.map((name) => lookAt(join(folder, name))));
  return files.filter((file) => file !== undefined);
}

/** undefined for what is no file, or not there any more. */
async function lookAt(path: string): Promise<FoundFile | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return undefined;
    return { path, id: fileId(found), bytes: found.size, modifiedAt: found.mtimeMs };
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Opens a found file to be read, if it is still that one. Whoever calls closes it. */
export async function openFound({ path, id }: Pick<FoundFile, 'path' | 'id'>): Promise<OpenedFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    if (fileId(await handle.stat()) === id) return { is: 'open', handle };
    await handle.close();
    return { is: 'moved' };
  } catch (cause) {
    await handle?.close();
    const error = cause as NodeJS.ErrnoException;
    return error.code === 'ENOENT' ? { is: 'moved' } : { is: 'unreadable', error };
  }
}

/** Device and inode. */
export function fileId({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

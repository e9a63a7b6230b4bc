/** How far each file is read, and what rotation has done to the files since. */
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { beginsAs, fingerprintSchema, NO_FINGERPRINT } from './fingerprint.js';
import { type FileGlob, type FoundFile, listFiles } from './glob.js';

export const placeSchema = z.object({
  /** Device and inode. */
  id: z.string(),
  /** Where it lay when it was last seen. */
  path: z.string(),
  /** Bytes that are read; of what a .gz holds, not of the .gz. */
  offset: z.int().min(0),
  fingerprint: fingerprintSchema,
});

export type FilePlace = z.output<typeof placeSchema>;

/** A file with something to read, or nothing new. */
export interface OpenPlace extends FilePlace {
  readonly bytes: number;
  readonly modifiedAt: number;
  /** Its name is that of no log any more: it was rotated away. */
  readonly isRotated: boolean;
}

/**
 * Where each file stands now, oldest first.
 * - A file that was renamed is known by its inode and read to its end under its new name.
 * - A file that was cut (copytruncate) begins anew; what was not read of it goes on in the copy, which begins with the same bytes.
 * - A file that is gone is forgotten.
 * @param startOf  where reading begins in a file that nobody knows
 */
export async function locate(
  globs: readonly FileGlob[],
  known: readonly FilePlace[],
  startOf: (file: FoundFile) => number,
): Promise<OpenPlace[]> {
  const folders = [...new Set(globs.map(({ folder }) => folder))];
  const files = (await Promise.all(folders.map(listFiles))).flat();
  const isLog = (file: FoundFile) =>
    globs.some(({ folder, name }) => dirname(file.path) === folder && name.test(basename(file.path)));
  const byId = new Map(files.map((file) => [file.id, file]));
  const placed = new Map<string, FilePlace>();
  const strangers = () => files.filter(({ id }) => !placed.has(id) && !known.some((place) => place.id === id));

  const cut: FilePlace[] = [];
  for (const place of known) {
    const file = byId.get(place.id);
    if (file === undefined) continue;
    if (await isSame(file, place)) placed.set(file.id, { ...place, path: file.path });
    else {
      cut.push(place);
      placed.set(file.id, { id: file.id, path: file.path, offset: 0, fingerprint: NO_FINGERPRINT });
    }
  }
  for (const place of cut) {
    const copy = await findCopy(strangers(), place);
    if (copy) placed.set(copy.id, { ...place, id: copy.id, path: copy.path });
  }
  for (const file of strangers().filter(isLog)) {
    // A copy whose original was not cut yet is read as far as the original.
    const original = await findOriginal(file, known);
    placed.set(
      file.id,
      original
        ? { ...original, id: file.id, path: file.path }
        : { id: file.id, path: file.path, offset: startOf(file), fingerprint: NO_FINGERPRINT },
    );
  }
  const open = [...placed.values()].map((place): OpenPlace => {
    const file = byId.get(place.id)!;
    return { ...place, bytes: file.bytes, modifiedAt: file.modifiedAt, isRotated: !isLog(file) };
  });
  return open.sort(
    (a, b) => Number(b.isRotated) - Number(a.isRotated) || a.modifiedAt - b.modifiedAt || compare(a.path, b.path),
  );
}

/** A .gz is not cut, and its offset is not one of its own bytes. */
async function isSame(file: FoundFile, { offset, fingerprint }: FilePlace): Promise<boolean> {
  if (!isCompressed(file.path) && file.bytes < offset) return false;
  return await beginsAs(file.path, fingerprint);
}

async function findCopy(files: readonly FoundFile[], place: FilePlace): Promise<FoundFile | undefined> {
  for (const file of files) {
    const isLongEnough = file.bytes >= place.offset && !isCompressed(file.path);
    if (isLongEnough && place.fingerprint.bytes > 0 && (await beginsAs(file.path, place.fingerprint))) return file;
  }
  return undefined;
}

async function findOriginal(file: FoundFile, known: readonly FilePlace[]): Promise<FilePlace | undefined> {
  for (const place of known) if ((await findCopy([file], place)) !== undefined) return place;
  return undefined;
}

/** Whether rotation has compressed the file, by its name. */
export function isCompressed(path: string): boolean {
  return path.endsWith('.gz');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** How far each file is read, and what rotation has done to the files since. */
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { compareTexts } from '../../../core/compareTexts.js';
import { beginningOf, fingerprintSchema, NO_FINGERPRINT } from './fingerprint.js';
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

/** What one look at the folders has found. */
interface Look {
  readonly places: readonly OpenPlace[];
  /** Known, but under no name: deleted, or renamed during the look. */
  readonly missing: readonly FilePlace[];
  /** Whether something has come, was cut, or has moved during the look. */
  readonly hasNews: boolean;
}

/** Folders that do not rest for so many looks are taken as they stand. */
const MAX_LOOKS = 20;

/**
 * Where each file stands now, in the order in which they were last written.
 * - A file that was renamed is known by its inode and read to its end under its new name.
 * - A file that was cut (copytruncate) begins anew; what was not read of it goes on in the copy, which begins with the same bytes.
 * - A file that is gone is forgotten.
 *
 * A look takes a while, in which rotation goes on: it may find that a file was cut, and have been too early for the copy. So it looks
 * until there is nothing new.
 * @param startOf  where reading begins in a file that nobody knows
 */
export async function locate(
  globs: readonly FileGlob[],
  known: readonly FilePlace[],
  startOf: (file: FoundFile) => number,
): Promise<OpenPlace[]> {
  let look = await lookAround(globs, known, startOf);
  let isSettled = !look.hasNews && look.missing.length === 0;
  for (let looks = 1; !isSettled && looks < MAX_LOOKS; looks++) {
    const gone = new Set(look.missing.map(({ id }) => id));
    look = await lookAround(globs, [...look.places, ...look.missing], () => 0);
    isSettled = !look.hasNews && look.missing.every(({ id }) => gone.has(id));
  }
  return look.places.toSorted(inOrderOfWriting);
}

async function lookAround(
  globs: readonly FileGlob[],
  known: readonly FilePlace[],
  startOf: (file: FoundFile) => number,
): Promise<Look> {
  const folders = [...new Set(globs.map(({ folder }) => folder))];
  const files = (await Promise.all(folders.map(listFiles))).flat();
  const isLog = ({ path }: FoundFile) =>
    globs.some(({ folder, name }) => dirname(path) === folder && name.test(basename(path)));
  const byId = new Map(files.map((file) => [file.id, file]));
  const knownIds = new Set(known.map(({ id }) => id));
  const strangers = [...byId.values()].filter(({ id }) => !knownIds.has(id));
  const standings = await Promise.all(
    known.filter(({ id }) => byId.has(id)).map((place) => standingOf(byId.get(place.id)!, place)),
  );
  const cut = standings.filter(({ isCut }) => isCut).map(({ before }) => before);
  const copies = await findCopies(strangers, cut);
  const others = strangers.filter((file) => isLog(file) && !copies.some(({ id }) => id === file.id));
  const begun = await Promise.all(others.map((file) => placeStranger(file, known, startOf(file))));
  const places = [...standings.map(({ now }) => now), ...copies, ...begun];
  return {
    places: places.map((place) => {
      const file = byId.get(place.id)!;
      return { ...place, bytes: file.bytes, modifiedAt: file.modifiedAt, isRotated: !isLog(file) };
    }),
    missing: known.filter(({ id }) => !byId.has(id)),
    hasNews: standings.some(({ isNews }) => isNews) || copies.length + begun.length > 0,
  };
}

/** How a file that was known stands now. */
interface Standing {
  readonly before: FilePlace;
  readonly now: FilePlace;
  readonly isCut: boolean;
  /** Whether the folders must be looked at once more. */
  readonly isNews: boolean;
}

async function standingOf(file: FoundFile, before: FilePlace): Promise<Standing> {
  const { is, fingerprint = before.fingerprint } = await beginningOf(file, before.fingerprint);
  const isCut = is === 'other' || isShortened(file, before);
  // Until its beginning is known, whatever is cut and written anew would pass for the same.
  const isFirstSeen = before.fingerprint.bytes === 0 && fingerprint.bytes > 0;
  const now = { id: file.id, path: file.path, offset: isCut ? 0 : before.offset, fingerprint };
  return { before, now, isCut, isNews: isCut || isFirstSeen || is === 'moved' };
}

/** Whether it is shorter than what was read of it. A .gz is not cut, and its offset is not one of its own bytes. */
function isShortened(file: FoundFile, { offset }: FilePlace): boolean {
  return !isCompressed(file.path) && file.bytes < offset;
}

/** Where to read on what was not read of files that were cut. */
async function findCopies(strangers: readonly FoundFile[], cut: readonly FilePlace[]): Promise<FilePlace[]> {
  const copies = new Map<string, FilePlace>();
  for (const place of cut)
    for (const file of strangers)
      if (!copies.has(file.id) && (await isCopy(file, place))) {
        copies.set(file.id, { ...place, id: file.id, path: file.path });
        break;
      }
  return [...copies.values()];
}

/** A copy whose original was not cut yet is read as far as the original; any other file from where it begins. */
async function placeStranger(file: FoundFile, known: readonly FilePlace[], offset: number): Promise<FilePlace> {
  const { id, path } = file;
  for (const place of known) if (await isCopy(file, place)) return { ...place, id, path };
  const { fingerprint = NO_FINGERPRINT } = await beginningOf(file, NO_FINGERPRINT);
  return { id, path, offset, fingerprint };
}

async function isCopy(file: FoundFile, { offset, fingerprint }: FilePlace): Promise<boolean> {
  if (isCompressed(file.path) || file.bytes < offset || fingerprint.bytes === 0) return false;
  return (await beginningOf(file, fingerprint)).is === 'same';
}

/** A copy and what was written since the cut may have the same time; what rotation has named has the longer name. */
function inOrderOfWriting(a: OpenPlace, b: OpenPlace): number {
  return (
    Number(b.isRotated) - Number(a.isRotated) ||
    a.modifiedAt - b.modifiedAt ||
    b.path.length - a.path.length ||
    compareTexts(a.path, b.path)
  );
}

/** Whether rotation has compressed the file, by its name. */
export function isCompressed(path: string): boolean {
  return path.endsWith('.gz');
}

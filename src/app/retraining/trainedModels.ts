/** The folders of trained models: one per training, named after the moment of its start. Other folders are left alone. */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandError } from '../../core/errors.js';
import { type FolderLock, lockFolder } from '../../files/folderLock.js';
import { namesIfThere } from '../../files/ifThere.js';
import { MANIFEST_FILE, readModel } from '../../model/files/modelFolder.js';

const ID = /^\d{8}T\d{6}Z$/;

/** A name for what starts at epoch second `at`, e.g. 20260601T134500Z; names ascend with time. */
export function trainingId(at: number): string {
  return new Date(at * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
}

export interface StoredModel {
  readonly name: string;
  readonly path: string;
  readonly created: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The trained models that could serve, oldest first. */
export async function listTrained(folder: string): Promise<StoredModel[]> {
  const models = await Promise.all((await idsIn(folder)).map((id) => describeModel(join(folder, id)).catch(() => [])));
  return models.flat();
}

/** A model as it lies on disk. Throws ModelError if it cannot be used. */
export async function describeModel(path: string): Promise<StoredModel> {
  const { manifest } = await readModel(path);
  const files = await readdir(path);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(path, file))).size));
  return {
    name: basename(path),
    path,
    created: manifest.created,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    sha256: manifest.weights.sha256,
  };
}

/** Marks the folder of a training that is under way, which another linborg on the same data folder would take for a leftover. */
export function lockTraining(path: string): Promise<FolderLock> {
  return lockFolder(path, 'one training writes to a folder');
}

/** Removes what trainings that died have left; tells which. */
export async function removeLeftovers(folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const id of await idsIn(folder)) {
    const files = await readdir(join(folder, id));
    if (files.includes(MANIFEST_FILE)) continue;
    if (!(await isLeftBehind(join(folder, id)))) continue;
    await removeModel(folder, id);
    removed.push(id);
  }
  return removed;
}

/** Removes the oldest models beyond the newest `keep` ones; those in `used` stay and do not count. */
export async function prune(folder: string, keep: number, used: ReadonlySet<string>): Promise<void> {
  const ids = (await idsIn(folder)).filter((id) => !used.has(id));
  for (const id of ids.slice(0, Math.max(0, ids.length - keep))) await removeModel(folder, id);
}

/** Deletes the folder of a trained model; one that is not there is no fault. */
export async function removeModel(folder: string, id: string): Promise<void> {
  await rm(join(folder, id), { recursive: true, force: true });
}

async function isLeftBehind(path: string): Promise<boolean> {
  try {
    await lockTraining(path);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function idsIn(folder: string): Promise<string[]> {
  return (await namesIfThere(folder)).filter((name) => ID.test(name)).sort();
}

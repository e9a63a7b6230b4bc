/** Mapping packs: YAML files that say how each LINBORG metric is asked for in PromQL, each on its own or over others. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PackError } from '../core/errors.js';
import { type Alternatives, join, type Mappings, overlay } from './alternative.js';
import { alternativesOf, type PackFile, parsePackFile } from './packFile.js';

export interface MappingPack {
  /** Several packs that are used together have their names joined by ` + `. */
  readonly name: string;
  /** The packs that it extends, those that these extend among them. */
  readonly bases: readonly string[];
  /** Labels that may name the server, the likeliest first; only to propose one, never to choose it. */
  readonly serverLabels: readonly string[];
  readonly alternatives: Alternatives;
}

/** Which packs, and what is written over them. */
export interface WantedPack {
  /** Bare names such as `node_exporter`, or paths to `.yml` files; the alternatives of the first are preferred. */
  readonly pack: string | readonly string[];
  readonly mappings?: Mappings;
}

const DEFAULT_SERVER_LABELS = ['instance'];

/** A pack that is being read, and those that wait for it. */
interface Reading {
  readonly packsDir: string;
  /** Files that extend this one, the outermost first. */
  readonly waiting: readonly string[];
}

/**
 * The checked packs of those names in `packsDir`, or at those paths, with what they extend, under the mappings of the configuration.
 * @throws PackError with file and line, listing every fault found in a file
 */
export async function loadPack({ pack, mappings = {} }: WantedPack, packsDir: string): Promise<MappingPack> {
  const packs = await Promise.all(
    [pack].flat().map(async (nameOrPath) => readPack(nameOrPath, '.', { packsDir, waiting: [] })),
  );
  const [only] = packs;
  const joined: MappingPack =
    only !== undefined && packs.length === 1
      ? only
      : {
          name: packs.map(({ name }) => name).join(' + '),
          bases: packs.flatMap(({ bases }) => bases),
          serverLabels: packs[0]?.serverLabels ?? DEFAULT_SERVER_LABELS,
          alternatives: join(packs.map(({ alternatives }) => alternatives)),
        };
  const placeOf = (metric: string, index: number) => `mappings.${metric}[${index}] in the configuration`;
  return { ...joined, alternatives: overlay(joined.alternatives, mappings, placeOf) };
}

/** @param folder  what a path is relative to */
async function readPack(nameOrPath: string, folder: string, { packsDir, waiting }: Reading): Promise<MappingPack> {
  const file = fileOf(nameOrPath, folder, packsDir);
  const pack = parsePackFile(await readPackText(nameOrPath, file, packsDir), file);
  const chain = [...waiting, path.resolve(file)];
  const bases = await Promise.all(
    pack.extends.map(async (base, index) => {
      const place = `${pack.placeOf(['extends', index])} extends "${base}"`;
      if (chain.includes(path.resolve(fileOf(base, path.dirname(file), packsDir))))
        throw new PackError(`${place}, which extends this pack in its turn; expected packs without a circle`);
      return readPack(base, path.dirname(file), { packsDir, waiting: chain }).catch((cause: unknown) => {
        if (cause instanceof PackError && cause.message.startsWith('mapping pack'))
          throw new PackError(`${place}: ${cause.message}`, { cause });
        throw cause;
      });
    }),
  );
  return over(pack, bases);
}

function over(pack: PackFile, bases: readonly MappingPack[]): MappingPack {
  return {
    name: pack.name,
    bases: bases.flatMap(({ name, bases: further }) => [name, ...further]),
    serverLabels: pack.serverLabels ?? bases[0]?.serverLabels ?? DEFAULT_SERVER_LABELS,
    alternatives: alternativesOf(pack, join(bases.map(({ alternatives }) => alternatives))),
  };
}

function isBareName(nameOrPath: string): boolean {
  return /^[\w-]+$/.test(nameOrPath);
}

function fileOf(nameOrPath: string, folder: string, packsDir: string): string {
  if (isBareName(nameOrPath)) return path.join(packsDir, `${nameOrPath}.yml`);
  return path.isAbsolute(nameOrPath) ? nameOrPath : path.join(folder, nameOrPath);
}

async function readPackText(nameOrPath: string, file: string, packsDir: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = `${(cause as NodeJS.ErrnoException).code ?? cause}`;
    const hint = isBareName(nameOrPath)
      ? `expected one of ${(await packNamesIn(packsDir)).join(', ') || `the packs in ${packsDir} (none there)`}, or a path to a .yml file`
      : 'check the path';
    throw new PackError(`mapping pack "${nameOrPath}" cannot be read from ${file} (${reason}); ${hint}`, { cause });
  }
}

/** The names of the packs in a folder, sorted. */
export async function packNamesIn(packsDir: string): Promise<string[]> {
  const files = await readdir(packsDir).catch(() => []);
  return files
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -4))
    .sort();
}

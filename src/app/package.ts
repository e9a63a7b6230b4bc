/** Where the package lies and which version it is; works from `src/` and from `dist/`. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root folder, which holds rules/, models/ and prometheus/. */
export const PACKAGE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Mapping packs that come with linborg. */
export const PACKS_FOLDER = join(PACKAGE_ROOT, 'rules', 'packs');

/** Packs of extra targets that come with linborg. */
export const TARGETS_FOLDER = join(PACKAGE_ROOT, 'rules', 'targets');

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

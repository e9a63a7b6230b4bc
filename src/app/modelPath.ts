/** Where a model folder lies. */
import { access } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { PACKAGE_ROOT } from './package.js';

/** A relative path is looked for in the working directory, then in the package, which ships `models/default`. */
export async function resolveModelPath(path: string): Promise<string> {
  if (isAbsolute(path)) return path;
  const here = resolve(path);
  try {
    await access(here);
    return here;
  } catch {
    return join(PACKAGE_ROOT, path);
  }
}

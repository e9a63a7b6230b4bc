/** Secrets that lie in files. */
import { readFile } from 'node:fs/promises';
import { SourceError } from '../core/errors.js';

/** The trimmed text of a file that an option names; undefined without a name. Throws SourceError if it cannot be read. */
export async function readSecretFile(file: string | undefined, option: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SourceError(`${option} ${file} cannot be read (${reason}); expected a file readable by this user`, {
      cause,
    });
  }
}

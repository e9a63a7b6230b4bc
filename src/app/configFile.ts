/** A configuration file from disk. */
import { readFile } from 'node:fs/promises';
import { type Config, loadConfig } from '../config/load.js';
import { ConfigError } from '../core/errors.js';
import { TARGETS_FOLDER } from './package.js';
import { withTargetPacks } from './targetPacks.js';

/** Reads and checks a configuration file, with the packs of targets that it names. Throws ConfigError with every fault and its line. */
export async function loadConfigFile(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `cannot read the configuration ${path} (${(cause as NodeJS.ErrnoException).code ?? cause}); give one with --config.file, e.g. a copy of prometheus/linborg.yml`,
      { cause },
    );
  }
  return withTargetPacks(loadConfig(text, path, process.env), TARGETS_FOLDER);
}

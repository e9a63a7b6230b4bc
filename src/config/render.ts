import { stringify } from 'yaml';
import { knownKeysOf } from './knownKeys.js';
import type { Config } from './load.js';
import { settingsSchema } from './schema.js';

/** The configuration in force as YAML for people: defaults filled in, secrets hidden, environment variables by name. */
export function renderConfig(config: Config): string {
  return stringify(knownKeysOf(settingsSchema).withDefaults(config.written), { lineWidth: 0 });
}

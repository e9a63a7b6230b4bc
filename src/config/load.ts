/** The text of `linborg.yml` → Config, or one error that names every fault with its line. */
import { decodeYaml } from './decode.js';
import type { Environment } from './environment.js';
import { type Settings, settingsSchema } from './schema.js';

export interface Config extends Settings {
  /** The keys as they stand in the file, environment variables by name and secrets hidden: what may be shown. */
  readonly written: unknown;
}

/**
 * Reads and checks a configuration file.
 * @param file        its name, for messages only
 * @param environment the variables that `${NAME}` stands for
 * @returns deeply frozen; what other files hold (`…_file`) is read by those who use it
 * @throws ConfigError with a line `file:line:column path what; expected` for each fault
 */
export function loadConfig(text: string, file: string, environment: Environment): Config {
  const { value, written } = decodeYaml(settingsSchema, { name: file, text }, environment);
  return Object.freeze({ ...value, written });
}

/** What is wrong at one place of the file. */
import { ConfigError } from '../core/errors.js';

export interface Fault {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The path of the key and what is wrong there, e.g. `sources[0].step is 5; expected a duration such as 5m`. */
  readonly text: string;
}

/** One error that names every fault, in the order of the file. */
export function errorOfFaults(file: string, faults: readonly Fault[]): ConfigError {
  const lines = [...faults]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, text }) => `${file}:${line}:${column} ${text}`);
  const unique = [...new Set(lines)];
  return new ConfigError(
    unique.length === 1 ? unique[0]! : `${file} has ${unique.length} errors:\n${unique.join('\n')}`,
  );
}

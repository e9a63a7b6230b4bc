/** Which series a pack reads: to find the jobs that it could be for. */
import type { Alternatives } from './alternative.js';

/** In braces with the selector: a name in front of them, or a matcher of names within. Braces within quotes do not end them. */
const SELECTED = /([a-zA-Z_:][\w:]*)?\{((?:"(?:[^"\\]|\\.)*"|[^{}"])*\$selector(?:"(?:[^"\\]|\\.)*"|[^{}"])*)\}/g;

/** Regular expressions, in RE2's dialect, of the names of the series that the selector applies to; each once. */
export function seriesNames(alternatives: Alternatives): string[] {
  const names = new Set<string>();
  for (const { expr } of [...alternatives.values()].flat()) {
    for (const [, name, inside] of expr.matchAll(SELECTED)) {
      const pattern = name ?? /__name__=~"([^"]*)"/.exec(inside!)?.[1];
      if (pattern !== undefined) names.add(pattern);
    }
  }
  return [...names].sort();
}

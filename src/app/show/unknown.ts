/** What is said of a name that the source does not have. */
import { nearest } from '../../config/nearest.js';

const MOST_NAMES = 10;

/** @param names  of the servers that there are */
export function unknownServer(server: string, names: readonly string[]): string {
  if (names.length === 0) {
    return `no server ${server}: the sources have no server at all; linborg check mappings says what they answer`;
  }
  return `no server ${server} in what the sources have; ${meant(server, names, 'they')} have ${listOf(names)}`;
}

/** @param names  of the metrics that the server has */
export function unknownMetric(server: string, metric: string, names: readonly string[]): string {
  return `${server} has no ${metric}; ${meant(metric, names, 'it')} has ${[...names].sort().join(', ')}`;
}

/** Ends before the verb. */
function meant(word: string, names: readonly string[], who: 'it' | 'they'): string {
  const near = nearest(word, names);
  return near === undefined ? who : `did you mean ${near}? ${who === 'it' ? 'It' : 'They'}`;
}

function listOf(names: readonly string[]): string {
  const some = [...names].sort().slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${some} and ${names.length - MOST_NAMES} more` : some;
}

/** The file of `train --exclude`. */
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';

/** CSV `server,from,to,reason`. A server whose name the format cannot hold excludes its span for all: too much, not too little. */
export function exclusionCsv(spans: readonly ExcludedSpan[]): string {
  const lines = spans
    .filter(({ from, to }) => to > from)
    .map(({ server, from, to, reason }) => {
      const isPlain = server !== '' && server === server.trim() && !/[,\r\n]/.test(server);
      return `${isPlain ? server : '*'},${Math.max(0, from)},${to},${reason.replace(/[\r\n]+/g, ' ')}\n`;
    });
  return `server,from,to,reason\n${lines.join('')}`;
}

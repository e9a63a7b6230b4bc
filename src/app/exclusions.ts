/** The file of `train --exclude`: spans that a model must not learn from, one `server,from,to,reason` a line. */
import { readFile } from 'node:fs/promises';
import { CommandError } from '../core/errors.js';
import type { ExcludedSpan } from '../model/training/excludedSpans.js';

const HEADER = 'server,from,to,reason';

/** The text of a file. A server whose name the format cannot hold excludes its span for all: too much, not too little. */
export function renderExclusions(spans: readonly ExcludedSpan[]): string {
  const lines = spans
    .filter(({ from, to }) => to > from)
    .map(({ server, from, to, reason }) => {
      const isPlain = server !== '' && server === server.trim() && !/[,\r\n]/.test(server);
      return `${isPlain ? server : '*'},${Math.max(0, from)},${to},${reason.replace(/[\r\n]+/g, ' ')}\n`;
    });
  return `${HEADER}\n${lines.join('')}`;
}

/** The spans of a file. Throws CommandError with the line that is not as the format says. */
export async function readExclusions(path: string): Promise<ExcludedSpan[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new CommandError(`--exclude ${path} cannot be read (${cause.message}); expected a CSV file`, { cause });
  });
  const [header = '', ...lines] = text.split(/\r?\n/);
  if (header.trim() !== HEADER) {
    throw new CommandError(`${path}:1 is "${header.slice(0, 80)}"; expected the header ${HEADER}`);
  }
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [spanOf(line, `${path}:${i + 2}`)]));
}

function spanOf(line: string, where: string): ExcludedSpan {
  // A reason may hold commas.
  const [server = '', fromText = '', toText = '', ...reason] = line.trim().split(',');
  const [from, to] = [secondsOf(fromText), secondsOf(toText)];
  if (server === '' || from === undefined || to === undefined || !(to > from)) {
    throw new CommandError(
      `${where} is "${line.slice(0, 120)}"; expected ${HEADER} with a server or *, and from before to, each epoch seconds or ISO 8601`,
    );
  }
  return { server, from, to, reason: reason.join(',') };
}

function secondsOf(text: string): number | undefined {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  return text === '' || Number.isNaN(seconds) ? undefined : seconds;
}

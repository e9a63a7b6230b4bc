/** Progress for people: one line that rewrites itself on a terminal, a line every few seconds elsewhere. */
import { describeDuration } from '../core/duration.js';

const TERMINAL_EVERY_MILLISECONDS = 100;
const LOG_EVERY_MILLISECONDS = 10_000;

export interface Progress {
  /** Shows what is being done now; cheap to call often. */
  update(text: string): void;
  /** Ends the line with a last text. */
  done(text: string): void;
}

/** Progress on `stream`; the first text of a piece of work is shown at once. A dumb terminal cannot rewrite a line. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr, env = process.env): Progress {
  const isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    update(text) {
      const now = performance.now();
      if (now - shownAt < (isTerminal ? TERMINAL_EVERY_MILLISECONDS : LOG_EVERY_MILLISECONDS)) return;
      shownAt = now;
      stream.write(isTerminal ? `\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`);
    },
    done(text) {
      shownAt = Number.NEGATIVE_INFINITY;
      stream.write(isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
    },
  };
}

/** "ETA 4 min" from the share of the work that is done and the seconds it took; empty while unknown. */
export function describeRemaining(share: number, elapsedSeconds: number): string {
  if (share <= 0 || elapsedSeconds < 2) return '';
  return `ETA ${describeDuration((elapsedSeconds * (1 - share)) / share)}`;
}

import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, describeRemaining } from '../../src/app/progress.js';

/** A stream that is a terminal of 20 columns, or none. */
function screen(isTerminal: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      written.push(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: isTerminal, columns: 20 }) as unknown as NodeJS.WriteStream,
    written,
  };
}

describe('createProgress', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('rewrites one line of a terminal, cut to its width', () => {
    const { stream, written } = screen(true);
    const progress = createProgress(stream, { TERM: 'xterm' });
    progress.update('a text that is longer than the line');
    vi.advanceTimersByTime(150);
    progress.update('next');
    progress.done('all done');
    expect(written).toEqual(['\r\x1b[Ka text that is long', '\r\x1b[Knext', '\r\x1b[Kall done\n']);
  });

  it.each([
    ['there is no terminal', false, 'xterm'],
    ['a dumb terminal could not rewrite it', true, 'dumb'],
  ])('writes a line every ten seconds where %s', (_, isTerminal, term) => {
    const { stream, written } = screen(isTerminal);
    const progress = createProgress(stream, { TERM: term });
    for (let second = 0; second <= 25; second++) {
      progress.update(`second ${second}`);
      vi.advanceTimersByTime(1000);
    }
    progress.done('all done');
    expect(written).toEqual(['second 0\n', 'second 10\n', 'second 20\n', 'all done\n']);
  });

  it('shows the first text of the next piece of work at once', () => {
    const { stream, written } = screen(false);
    const progress = createProgress(stream);
    progress.update('one');
    progress.done('one is done');
    progress.update('two');
    expect(written).toEqual(['one\n', 'one is done\n', 'two\n']);
  });
});

describe('describeRemaining', () => {
  it('expects the rest to go on at the same pace', () => {
    expect(describeRemaining(0.25, 100)).toBe('ETA 5 min');
    expect(describeRemaining(1, 100)).toBe('ETA under 1 min');
  });

  it('says nothing before it can know', () => {
    expect(describeRemaining(0, 100)).toBe('');
    expect(describeRemaining(0.5, 1)).toBe('');
  });
});

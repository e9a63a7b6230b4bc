import { WriteStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { ASCII, UNICODE } from '../../../src/app/show/drawSeries.js';
import { canvasOf, type Output } from '../../../src/app/show/terminal.js';

const terminal = (columns: number): Output => ({ isTTY: true, columns, hasColors: WriteStream.prototype.hasColors });
const XTERM = { TERM: 'xterm-256color', LANG: 'en_US.UTF-8' };

describe('the canvas', () => {
  it('of a terminal has its columns, within what one can read, and colors', () => {
    expect(canvasOf(terminal(120), XTERM)).toEqual({ columns: 120, hasColor: true, symbols: UNICODE });
    expect(canvasOf(terminal(20), XTERM).columns).toBe(40);
    expect(canvasOf(terminal(400), XTERM).columns).toBe(160);
  });

  it('has no colors with NO_COLOR, on a dumb terminal and in a file', () => {
    expect(canvasOf(terminal(80), { ...XTERM, NO_COLOR: '1' }).hasColor).toBe(false);
    expect(canvasOf(terminal(80), { ...XTERM, TERM: 'dumb' }).hasColor).toBe(false);
    expect(canvasOf({}, XTERM)).toEqual({ columns: 80, hasColor: false, symbols: UNICODE });
  });

  it('has plain ASCII on a dumb terminal and where the locale has nothing else', () => {
    expect(canvasOf(terminal(80), { ...XTERM, TERM: 'dumb' }).symbols).toBe(ASCII);
    expect(canvasOf(terminal(80), { ...XTERM, LC_ALL: 'C' }).symbols).toBe(ASCII);
    expect(canvasOf({}, { LANG: 'POSIX' }).symbols).toBe(ASCII);
    expect(canvasOf({}, { TERM: 'dumb', LANG: 'C.utf8' }).symbols).toBe(UNICODE);
    expect(canvasOf(terminal(80), { TERM: 'xterm' }).symbols).toBe(UNICODE);
  });
});

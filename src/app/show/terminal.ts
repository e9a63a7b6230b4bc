/** What the terminal can show. */
import { ASCII, type Canvas, UNICODE } from './drawSeries.js';

const NARROWEST = 40;
/** What fits a page as well as a terminal. */
const DEFAULT_COLUMNS = 80;
const WIDEST = 160;

/** The part of `process.stdout` that tells of it. */
export type Output = Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

/** @param env  `NO_COLOR` and `TERM` rule colors; `TERM=dumb` and a locale that is not UTF-8 leave plain ASCII */
export function canvasOf(output: Output, env: NodeJS.ProcessEnv): Canvas {
  const { isTTY = false, columns = DEFAULT_COLUMNS } = output;
  const isDumb = isTTY && env['TERM'] === 'dumb';
  return {
    columns: Math.min(WIDEST, Math.max(NARROWEST, columns)),
    hasColor: isTTY && !env['NO_COLOR'] && output.hasColors?.(env) === true,
    symbols: isDumb || !isUnicode(env) ? ASCII : UNICODE,
  };
}

/** Where no locale is named, as in most containers, terminals of today still show UTF-8. */
function isUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return !locale || /utf-?8/i.test(locale);
}

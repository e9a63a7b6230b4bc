/** How large a regular expression becomes, told by its text: compiling one to find out may take seconds and hundreds of megabytes. */

/**
 * About how many states an RE2 expression compiles to: one for each character, escape, class and operator, as often as the counts behind
 * them say. For a text that is no expression, any number.
 */
export function patternSize(pattern: string): number {
  const outer: number[] = [];
  let size = 0;
  /** Of what a count would repeat. */
  let last = 0;
  for (let i = 0; i < pattern.length; ) {
    const part = partAt(pattern, i);
    i += part.length;
    switch (part.kind) {
      case 'atom':
        size += part.states;
        last = 1;
        break;
      case 'open':
        outer.push(size);
        size = 0;
        last = 0;
        break;
      case 'close':
        last = size + 2;
        size = (outer.pop() ?? 0) + last;
        break;
      case 'count':
        size -= last;
        // Each copy that may be missing has a state more, which passes it by.
        last = last * part.times + part.optional;
        size += last;
    }
  }
  return outer.reduce((sum, before) => sum + before, size);
}

type Part = { readonly length: number } & (
  | { readonly kind: 'atom'; readonly states: number }
  | { readonly kind: 'open' | 'close' }
  | { readonly kind: 'count'; readonly times: number; readonly optional: number }
);

function partAt(pattern: string, at: number): Part {
  switch (pattern[at]) {
    case '(':
      return { kind: 'open', length: 1 };
    case ')':
      return { kind: 'close', length: 1 };
    case '[':
      return { kind: 'atom', states: 1, length: classLength(pattern, at) };
    case '\\':
      return escapeAt(pattern, at);
    case '{':
      return countAt(pattern, at);
    default:
      return { kind: 'atom', states: 1, length: 1 };
  }
}

/** `\Q…\E` is a text; the braces of `\x{…}` and `\p{…}` are no count. */
function escapeAt(pattern: string, at: number): Part {
  if (pattern[at + 1] === 'Q') {
    const end = pattern.indexOf('\\E', at + 2);
    const text = (end < 0 ? pattern.length : end) - at - 2;
    return { kind: 'atom', states: text, length: text + (end < 0 ? 2 : 4) };
  }
  const braced = /[xpP]\{[^}]*\}/y;
  braced.lastIndex = at + 1;
  return { kind: 'atom', states: 1, length: 1 + (braced.exec(pattern)?.[0].length ?? 1) };
}

/** `{3}`, `{3,}` or `{3,5}`; any other brace is a character. */
function countAt(pattern: string, at: number): Part {
  const count = /\{(\d+)(?:,(\d*))?\}/y;
  count.lastIndex = at;
  const [text, least = '', most = ''] = count.exec(pattern) ?? [];
  if (text === undefined) return { kind: 'atom', states: 1, length: 1 };
  const optional = Math.max(0, Number(most) - Number(least));
  return { kind: 'count', times: Math.max(1, Number(least), Number(most)), optional, length: text.length };
}

/** A class ends with the first bracket that is not its first character, not escaped, and not that of `[:alpha:]`. */
function classLength(pattern: string, at: number): number {
  const inside = /\[\^?\]?(?:\[:[^\]]*:\]|\\.|[^\]\\])*\]?/sy;
  inside.lastIndex = at;
  return inside.exec(pattern)![0].length;
}

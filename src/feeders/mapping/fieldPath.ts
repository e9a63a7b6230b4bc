/** Paths to a field of a document: `system.cpu.user.pct`, `disks[0].used`, `disks[*].used`, `labels["k8s.io/role"]`. */
import { z } from 'zod';

/** A key, an index from 0 (negative: from the end), or every entry of a list. */
type PathPart = string | number | typeof EVERY;

const EVERY = Symbol('every entry');

export interface FieldPath {
  /** As written. */
  readonly text: string;
  readonly parts: readonly PathPart[];
}

const PART = /\.?(?:([^.[\]"]+)|"((?:[^"\\]|\\.)*)")|\[(?:(-?\d+)|(\*)|("(?:[^"\\]|\\.)*"))\]/y;

/** The path, or undefined if the text is none. */
export function parseFieldPath(text: string): FieldPath | undefined {
  const parts: PathPart[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const isFirst = PART.lastIndex === 0;
    const match = PART.exec(text);
    if (!match) return undefined;
    const [whole, plain, quoted, index, every, bracketed] = match;
    const isDotted = whole.startsWith('.');
    if (isFirst === isDotted && plain !== undefined) return undefined;
    if (isFirst === isDotted && quoted !== undefined) return undefined;
    if (plain !== undefined) parts.push(plain);
    else if (quoted !== undefined) parts.push(unquote(`"${quoted}"`));
    else if (index !== undefined) parts.push(Number(index));
    else if (every !== undefined) parts.push(EVERY);
    else parts.push(unquote(bracketed!));
  }
  return parts.length > 0 ? { text, parts } : undefined;
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

/** A field path in a configuration file. */
export const fieldPath = z
  .string({ error: 'expected the path of a field such as system.cpu.user.pct' })
  .transform((text, context) => {
    const path = parseFieldPath(text);
    if (path) return path;
    context.addIssue({
      code: 'custom',
      message: `is ${JSON.stringify(text)}; expected the path of a field such as system.cpu.user.pct, disks[*].used or labels["a.b"]`,
    });
    return z.NEVER;
  });

/**
 * The values at a path, in order; none if the document has no such field, several only for `[*]`.
 * A key that itself has dots is found without quotes, too: stores differ in whether they keep `a.b` nested or flat.
 */
export function valuesAt(document: unknown, path: FieldPath): unknown[] {
  const found: unknown[] = [];
  collect(document, path.parts, 0, found);
  return found;
}

/** The first value at a path that is neither missing nor null. */
export function valueAt(document: unknown, path: FieldPath): unknown {
  return valuesAt(document, path)[0];
}

function collect(value: unknown, parts: readonly PathPart[], from: number, found: unknown[]): void {
  if (value === undefined || value === null) return;
  if (from === parts.length) {
    found.push(value);
    return;
  }
  const part = parts[from]!;
  if (typeof part === 'string') collectKey(value, parts, from, found);
  else if (!Array.isArray(value)) return;
  else if (typeof part === 'number') collect(value.at(part), parts, from + 1, found);
  else for (const entry of value) collect(entry, parts, from + 1, found);
}

function collectKey(value: unknown, parts: readonly PathPart[], from: number, found: unknown[]): void {
  if (typeof value !== 'object' || Array.isArray(value)) return;
  const before = found.length;
  let key = '';
  for (let i = from; i < parts.length && typeof parts[i] === 'string'; i++) {
    key += i === from ? String(parts[i]) : `.${String(parts[i])}`;
    if (Object.hasOwn(value as object, key)) collect((value as Record<string, unknown>)[key], parts, i + 1, found);
    if (found.length > before) return;
  }
}

/** The number that a field holds; texts of digits count, since CSV and many stores know nothing else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The text that a field holds, trimmed; numbers and true or false as they are written. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value).trim();
  return text === '' ? undefined : text;
}

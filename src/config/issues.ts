/** What zod found → faults in the file's own words. */
import type { z } from 'zod';
import type { Substitution } from './environment.js';
import type { Fault } from './fault.js';
import type { KnownKeys } from './knownKeys.js';
import { nearest } from './nearest.js';
import { formatPath, type Path } from './path.js';
import { isSecret } from './secrets.js';
import type { YamlTree } from './yamlTree.js';

/** Said where a room's `options.ts` says nothing of its own: what is expected, without the value. */
export const describeExpectation: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}${isUnquoted(issue) ? '; put it in quotes' : ''}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}${describeNearest(issue.input, issue.values)}`;
    case 'too_small':
      return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${COUNTED[issue.origin] ?? ''}`;
    case 'too_big':
      return `expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${COUNTED[issue.origin] ?? ''}`;
    case 'invalid_format':
      return `expected ${issue.format === 'regex' ? `a text that matches ${issue.pattern}` : `a ${issue.format}`}`;
    default:
      return undefined;
  }
};

/** A password of digits, a selector that says `yes`: YAML reads another type than was meant. */
function isUnquoted({ expected, input }: { readonly expected?: string; readonly input?: unknown }): boolean {
  return expected === 'string' && (typeof input === 'number' || typeof input === 'boolean');
}

function describeNearest(input: unknown, values: readonly z.core.util.Primitive[]): string {
  const meant = typeof input === 'string' ? nearest(input, values.map(String)) : undefined;
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/** What was checked: the tree, its values after substitution, and what the environment put into them. */
interface Checked {
  readonly tree: YamlTree;
  readonly values: unknown;
  readonly known: KnownKeys;
  readonly substitution: Substitution;
}

/** One fault per issue, and one per unknown key. A value out of the environment is shown as it stands in the file. */
export function faultsOfIssues(
  issues: readonly z.core.$ZodIssue[],
  { tree, values, known, substitution }: Checked,
): Fault[] {
  return issues.flatMap(likeliestIssues).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        ...tree.placeOfKey([...issue.path, key]),
        text: describeUnknownKey(issue.path, key, known.keysAt(issue.path)),
      }));
    const node = tree.nodeAt(issue.path);
    const value = (node && substitution.written.get(node)) ?? valueAt(values, issue.path);
    const subject = formatPath(issue.path) || 'the file';
    const isExpectation = issue.message.startsWith('expected');
    const text = isExpectation
      ? `${describeValue(issue.path, value)}; ${issue.message}`
      : substitution.hideValues(issue.message);
    return [{ ...tree.placeOfValue(issue.path), text: `${subject} ${text}` }];
  });
}

/**
 * Where a value may have several shapes, what is wrong with the one that it has: the only shape whose type fits. Where none fits or
 * several do, the union's own words.
 */
function likeliestIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const shapes = issue.errors.filter((issues) => !issues.some(isOtherShape));
  if (shapes.length !== 1) return [issue];
  return shapes[0]!.map((one) => ({ ...one, path: [...issue.path, ...one.path] })).flatMap(likeliestIssues);
}

/** Whether an issue says that the value is none of the shape at all, rather than what is wrong in it. */
function isOtherShape(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((issues) => issues.some(isOtherShape));
  return issue.code === 'invalid_type';
}

function describeUnknownKey(parent: Path, key: string, candidates: readonly string[]): string {
  const meant = nearest(key, candidates);
  const path = formatPath([...parent, key]);
  if (meant !== undefined) return `${path} is no known key; did you mean ${meant}?`;
  return `${path} is no known key${candidates.length > 0 ? `; expected one of ${candidates.join(', ')}` : ''}`;
}

function valueAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], values);
}

function describeValue(path: Path, value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'is a block of keys';
  if (isSecret(path)) return 'has a value that is not shown';
  const text = JSON.stringify(value);
  return `is ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
}

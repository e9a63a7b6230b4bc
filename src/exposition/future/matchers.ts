/** Label matchers as Prometheus means them: an absent label is the empty text, regular expressions match as a whole. */
import { RE2JS } from 're2js';
import { patternSize } from './patternSize.js';
import { ReadRefusal } from './refusal.js';

export const MATCHER_TYPES = ['EQ', 'NEQ', 'RE', 'NRE'] as const;
export type MatcherType = (typeof MATCHER_TYPES)[number];

export interface LabelMatcher {
  readonly type: MatcherType;
  readonly name: string;
  readonly value: string;
}

/** Of regular expressions in one request, lists of plain names not counted: compiling takes up to 60 µs per character. */
const MAX_PATTERN_CHARACTERS = 4096;
/** States of those in one request: `(x{100}){10}` has few characters and a thousand states. Compiling takes up to 3 µs for each, in one turn. */
const MAX_PATTERN_STATES = 20_000;
/** States × characters looked at in one request; matching takes time in proportion, about 2 s at worst. */
const MAX_MATCHING_WORK = 1_000_000_000;

/** What one request may spend on regular expressions. */
export class PatternBudget {
  #characters = MAX_PATTERN_CHARACTERS;
  #states = MAX_PATTERN_STATES;
  #work = MAX_MATCHING_WORK;

  compile(pattern: string): RE2JS {
    this.#characters -= pattern.length;
    if (this.#characters < 0)
      throw new ReadRefusal(422, `the regular expressions have more than ${MAX_PATTERN_CHARACTERS} characters in all`);
    if (patternSize(pattern) > this.#states) throw tooLarge(pattern);
    const compiled = compile(pattern);
    this.#states -= compiled.programSize();
    if (this.#states < 0) throw tooLarge(pattern);
    return compiled;
  }

  spend(states: number, characters: number): void {
    this.#work -= states * (characters + 1);
    if (this.#work < 0)
      throw new ReadRefusal(422, 'the regular expressions are too costly for so many series; write simpler ones');
  }
}

/** A matcher that is ready to be asked; each value is looked at once. */
export interface ReadyMatcher {
  readonly name: string;
  /** The one value that it takes; undefined where it may take several. */
  readonly only?: string;
  matches(value: string): boolean;
}

/** @throws ReadRefusal for an expression that is none, or too costly */
export function readyMatcher({ type, name, value }: LabelMatcher, budget: PatternBudget): ReadyMatcher {
  switch (type) {
    case 'EQ':
      return { name, only: value, matches: (text) => text === value };
    case 'NEQ':
      return { name, matches: (text) => text !== value };
    case 'RE':
      return { name, matches: patternOf(value, budget) };
    case 'NRE': {
      const matches = patternOf(value, budget);
      return { name, matches: (text) => !matches(text) };
    }
  }
}

function patternOf(pattern: string, budget: PatternBudget): (text: string) => boolean {
  const names = plainNames(pattern);
  if (names !== undefined) return (text) => names.has(text);
  const compiled = budget.compile(pattern);
  const states = compiled.programSize();
  const known = new Map<string, boolean>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      budget.spend(states, text.length);
      answer = compiled.matches(text);
      known.set(text, answer);
    }
    return answer;
  };
}

/** The names of `a|b\.c|d`, as a dashboard writes its choice; undefined if the pattern is anything else. */
function plainNames(pattern: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  let name = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '|') {
      names.add(name);
      name = '';
    } else if (character === '\\') {
      i++;
      // Before anything but punctuation, a backslash means something.
      if (!/[!-/:-@[-`{-~]/.test(pattern[i] ?? '')) return undefined;
      name += pattern[i]!;
    } else if ('^$.?*+()[]{}'.includes(character)) return undefined;
    else name += character;
  }
  return names.add(name);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    throw new ReadRefusal(400, `${quote(pattern)} is no regular expression: ${(error as Error).message}`);
  }
}

function tooLarge(pattern: string): ReadRefusal {
  return new ReadRefusal(422, `the regular expression ${quote(pattern)} is too large; repeat less in it`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

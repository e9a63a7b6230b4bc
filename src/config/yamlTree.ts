/** YAML text → a tree of plain values whose every place in the text is known. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { ConfigError } from '../core/errors.js';
import type { Fault } from './fault.js';
import type { Path } from './path.js';

export interface YamlTree {
  readonly document: Document;
  /** Faults of the YAML itself. */
  readonly faults: readonly Fault[];
  /** Whether the rest of the file can be judged in spite of the faults. */
  readonly isReadable: boolean;
  /** Line and column of the value at a path; of the nearest value around it if there is none. */
  placeOfValue(path: Path): Place;
  /** Line and column of the last key of a path. */
  placeOfKey(path: Path): Place;
  /** The value at a path, or null. */
  nodeAt(path: Path): Node | null;
  /** Line and column of a node of the document. */
  placeOfNode(node: unknown): Place;
}

export type Place = Pick<Fault, 'line' | 'column'>;

/** Reads YAML 1.2; never throws. */
export function readYaml(text: string): YamlTree {
  const lines = new LineCounter();
  const document = parseDocument(maskReferences(text), { lineCounter: lines, prettyErrors: false, strict: true });
  unmaskReferences(document);
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = withoutConsequences([...document.errors, ...document.warnings]);
  const placeOfNode = (node: unknown) => place((isNode(node) ? node.range?.[0] : undefined) ?? 0);
  return {
    document,
    faults: problems.map(({ code, message, pos }) => ({
      ...place(pos[0]),
      text: describeProblem(code, message, text.slice(pos[0])),
    })),
    isReadable: problems.every(({ code }) => code === 'DUPLICATE_KEY'),
    nodeAt: (path) => nodeAt(document, path).value,
    placeOfValue: (path) => placeOfNode(nodeAt(document, path).value),
    placeOfKey: (path) => placeOfNode(nodeAt(document, path).key),
    placeOfNode,
  };
}

/**
 * The braces of `${NAME}` would begin a block inside `{ … }`, so they are replaced while YAML reads the text: by characters that
 * no text has (Unicode noncharacters), one for one, so that columns stay right.
 */
function maskReferences(text: string): string {
  return text.replace(/\$\{([^{}\n]*)\}/g, '$\uFDD0$1\uFDD1');
}

function unmaskReferences(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string') node.value = node.value.replaceAll('\uFDD0', '{').replaceAll('\uFDD1', '}');
    },
  });
}

/** After its first stumble the parser reports every token that follows. */
function withoutConsequences(problems: readonly YAMLError[] | Document['errors' | 'warnings']): YAMLError[] {
  const isStumble = ({ code }: YAMLError) => !['DUPLICATE_KEY', 'TAB_AS_INDENT'].includes(code);
  const first = problems.find(isStumble);
  return problems.filter((problem) => problem === first || !isStumble(problem));
}

/** The tree as plain objects, lists and scalars. */
export function plainTree(tree: YamlTree, file: string): unknown {
  try {
    return tree.document.toJS() ?? {};
  } catch (cause) {
    throw new ConfigError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** The key and the value at the end of a path, or the last ones on the way that are there. */
function nodeAt(document: Document, path: Path): { key: Node | null; value: Node | null } {
  let value = document.contents;
  let key: Node | null = value;
  for (const part of path) {
    if (isAlias(value)) value = value.resolve(document) ?? null;
    if (isSeq(value) && isNode(value.items[Number(part)])) {
      value = value.items[Number(part)] as Node;
      key = value;
    } else if (isMap(value)) {
      const pair = value.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) return { key, value };
      key = pair.key as Node;
      value = isNode(pair.value) ? pair.value : key;
    } else return { key, value };
  }
  return { key, value };
}

/** The parser's words, except where it leaves out what to do. */
function describeProblem(code: string, message: string, rest: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'the line is indented with a tab; expected spaces';
    case 'DUPLICATE_KEY':
      return `${/^[^\s:]+/.exec(rest)?.[0] ?? 'the key'} stands here once more; expected each key once`;
    case 'MULTIPLE_DOCS':
      return 'a second document starts here; expected one';
    default:
      return `is no YAML: ${message}`;
  }
}

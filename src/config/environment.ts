/** `${NAME}` in the values of the file stands for an environment variable; `$$` stands for `$`. */
import { isScalar, type Node, visit } from 'yaml';
import type { Fault } from './fault.js';
import type { YamlTree } from './yamlTree.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution {
  readonly faults: readonly Fault[];
  /** The values that a variable went into, unquoted: they take the type that their key wants. */
  readonly nodes: ReadonlySet<Node>;
  /** Each value that a variable went into, as it stands in the file: what a message may show of it. */
  readonly written: ReadonlyMap<Node, string>;
  /** A message of others, in which no value of a variable shows that could be a secret. */
  hideValues(message: string): string;
}

const REFERENCE = /\$\$|\$\{([^}]*)\}?/g;
/** Shorter ones are no secret that would hold, and could be part of any word. */
const SECRET_CHARACTERS = 6;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Puts the variables into the values (not the keys) of the tree; a variable that is not set is a fault. */
export function substituteEnvironment(tree: YamlTree, environment: Environment): Substitution {
  const faults: Fault[] = [];
  const nodes = new Set<Node>();
  const originals = new Map<Node, string>();
  const used = new Map<string, string>();
  visit(tree.document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string') return;
      const written = node.value;
      node.value = written.replace(REFERENCE, (reference, name: string | undefined) => {
        if (name === undefined) return '$';
        const value = environment[name];
        if (NAME.test(name) && reference.endsWith('}') && value !== undefined) {
          originals.set(node, written);
          used.set(name, value);
          return value;
        }
        faults.push({ ...tree.placeOfNode(node), text: describeReference(reference, name) });
        return reference;
      });
      if (node.value !== written && node.type === 'PLAIN') nodes.add(node);
    },
  });
  return { faults, nodes, written: originals, hideValues: (message) => hideValues(message, used) };
}

function hideValues(message: string, used: ReadonlyMap<string, string>): string {
  let hidden = message;
  for (const [name, value] of used)
    if (value.length >= SECRET_CHARACTERS) hidden = hidden.replaceAll(value, () => `\${${name}}`);
  return hidden;
}

function describeReference(reference: string, name: string): string {
  if (!NAME.test(name) || !reference.endsWith('}'))
    return `${reference} names no environment variable; expected \${NAME}, or $\${ for the two characters themselves`;
  return `the environment variable ${name} is not set; set it, or write $${reference} for the text itself`;
}

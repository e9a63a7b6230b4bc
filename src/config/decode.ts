/** YAML text and the schema of its keys → checked values, or one error that names every fault with its line. */
import { isScalar, parse } from 'yaml';
import type { z } from 'zod';
import { type Environment, type Substitution, substituteEnvironment } from './environment.js';
import { errorOfFaults, type Fault } from './fault.js';
import { describeExpectation, faultsOfIssues } from './issues.js';
import { knownKeysOf } from './knownKeys.js';
import { hideSecrets } from './secrets.js';
import { plainTree, readYaml, type YamlTree } from './yamlTree.js';

/** A file that is read: its name is for messages only. */
export interface YamlFile {
  readonly name: string;
  readonly text: string;
}

export interface Decoded<T> {
  /** Deeply frozen. */
  readonly value: T;
  /** The keys as they stand in the file, environment variables by name and secrets hidden: what may be shown. */
  readonly written: unknown;
}

/**
 * Reads and checks a YAML file.
 * @param environment the variables that `${NAME}` stands for
 * @throws ConfigError with a line `file:line:column path what; expected` for each fault
 */
export function decodeYaml<T>(schema: z.ZodType<T>, file: YamlFile, environment: Environment): Decoded<T> {
  const tree = readYaml(file.text);
  if (!tree.isReadable) throw errorOfFaults(file.name, tree.faults);
  const written = hideSecrets(plainTree(tree, file.name));
  const substitution = substituteEnvironment(tree, environment);
  const { result, faults } = check(schema, tree, file.name, substitution);
  const all = [...tree.faults, ...substitution.faults, ...faults];
  if (result === undefined || all.length > 0) throw errorOfFaults(file.name, all);
  return { value: deepFreeze(result.value), written };
}

function check<T>(
  schema: z.ZodType<T>,
  tree: YamlTree,
  file: string,
  substitution: Substitution,
): { result?: { readonly value: T }; faults: Fault[] } {
  const options = { error: describeExpectation };
  let values = plainTree(tree, file);
  let parsed = schema.safeParse(values, options);
  if (!parsed.success && giveTypes(tree, parsed.error.issues, substitution)) {
    values = plainTree(tree, file);
    parsed = schema.safeParse(values, options);
  }
  if (parsed.success) return { result: { value: parsed.data }, faults: [] };
  const known = knownKeysOf(schema);
  const unset = new Set(substitution.faults.map(({ line, column }) => `${line}:${column}`));
  const faults = faultsOfIssues(parsed.error.issues, { tree, values, known, substitution });
  // A value whose variable is missing has one fault already.
  return { faults: faults.filter(({ line, column }) => !unset.has(`${line}:${column}`)) };
}

/** Turns a variable's text into a number, true or false where the key wants one; tells whether it did so anywhere. */
function giveTypes(tree: YamlTree, issues: readonly z.core.$ZodIssue[], { nodes }: Substitution): boolean {
  let isChanged = false;
  for (const issue of issues) {
    const wantsText = issue.code === 'invalid_type' && !['number', 'int', 'boolean'].includes(issue.expected);
    if (wantsText || (issue.code !== 'invalid_type' && issue.code !== 'invalid_union')) continue;
    const node = tree.nodeAt(issue.path);
    if (!isScalar(node) || !nodes.has(node) || !/^[\w.+-]+$/.test(String(node.value))) continue;
    node.value = parse(String(node.value));
    isChanged = true;
  }
  return isChanged;
}

/** Freezes blocks and lists all the way down; other objects guard themselves. */
function deepFreeze<T>(value: T): T {
  const isBlock = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isBlock && !Array.isArray(value)) return value;
  for (const item of Object.values(value as object)) deepFreeze(item);
  return Object.freeze(value);
}

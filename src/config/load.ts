/** The text of `linborg.yml` → Config, or one error that names every fault with its line. */
import { isScalar, parse } from 'yaml';
import type { z } from 'zod';
import { type Environment, type Substitution, substituteEnvironment } from './environment.js';
import { errorOfFaults, type Fault } from './fault.js';
import { describeExpectation, faultsOfIssues } from './issues.js';
import { knownKeysOf } from './knownKeys.js';
import { type Settings, settingsSchema } from './schema.js';
import { hideSecrets } from './secrets.js';
import { plainTree, readYaml, type YamlTree } from './yamlTree.js';

export interface Config extends Settings {
  /** The keys as they stand in the file, environment variables by name and secrets hidden: what may be shown. */
  readonly written: unknown;
}

/**
 * Reads and checks a configuration file.
 * @param file        its name, for messages only
 * @param environment the variables that `${NAME}` stands for
 * @returns deeply frozen; what other files hold (`…_file`) is read by those who use it
 * @throws ConfigError with a line `file:line:column path what; expected` for each fault
 */
export function loadConfig(text: string, file: string, environment: Environment): Config {
  const tree = readYaml(text);
  if (!tree.isReadable) throw errorOfFaults(file, tree.faults);
  const written = hideSecrets(plainTree(tree, file));
  const substitution = substituteEnvironment(tree, environment);
  const { settings, faults } = check(tree, file, substitution);
  const all = [...tree.faults, ...substitution.faults, ...faults];
  if (settings === undefined || all.length > 0) throw errorOfFaults(file, all);
  return deepFreeze({ ...settings, written });
}

function check(tree: YamlTree, file: string, substitution: Substitution): { settings?: Settings; faults: Fault[] } {
  const options = { error: describeExpectation };
  let values = plainTree(tree, file);
  let result = settingsSchema.safeParse(values, options);
  if (!result.success && giveTypes(tree, result.error.issues, substitution)) {
    values = plainTree(tree, file);
    result = settingsSchema.safeParse(values, options);
  }
  if (result.success) return { settings: result.data, faults: [] };
  const known = knownKeysOf(settingsSchema);
  const unset = new Set(substitution.faults.map(({ line, column }) => `${line}:${column}`));
  const faults = faultsOfIssues(result.error.issues, { tree, values, known });
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

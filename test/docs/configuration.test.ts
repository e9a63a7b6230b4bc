import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { settingsSchema } from '../../src/config/schema.js';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { PROFILES } from '../../src/core/profiles.js';
import { readPage } from './pages.js';

/** As much of JSON Schema as zod writes here. */
interface KeySchema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly required?: readonly string[];
  readonly items?: KeySchema;
  readonly additionalProperties?: KeySchema | boolean;
}

/** Path of each key of the file → its default as the page writes it. The 14 metrics are one key, the profiles another. */
function keysOf(schema: KeySchema, prefix = ''): Map<string, string> {
  const keys = new Map<string, string>();
  const add = (more: Map<string, string>) => {
    for (const [path, value] of more) keys.set(path, value);
  };
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const path = `${prefix}${placeholder(key, prefix)}`;
    keys.set(path, schema.required?.includes(key) ? '*required*' : writeDefault(child.default));
    if (path.endsWith('PROFILE')) continue;
    add(keysOf(child, `${path}.`));
    if (child.items) add(keysOf(child.items, `${path}[].`));
    if (typeof child.additionalProperties === 'object') add(keysOf(child.additionalProperties, `${path}.METRIC.`));
  }
  return keys;
}

function placeholder(key: string, prefix: string): string {
  if (prefix !== 'thresholds.') return key;
  if ((METRIC_NAMES as readonly string[]).includes(key)) return 'METRIC';
  return (PROFILES as readonly string[]).includes(key) ? 'PROFILE' : key;
}

function writeDefault(value: unknown): string {
  const isEmptyBlock = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (value === undefined || (isEmptyBlock && !Array.isArray(value))) return '–';
  return `\`${stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false }).trim()}\``;
}

/** The rows of the page's tables; a heading in backquotes is the path that the keys below it lie under. */
function rowsOf(page: string): Map<string, string> {
  const rows = new Map<string, string>();
  let prefix = '';
  for (const line of page.split('\n')) {
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading !== undefined) prefix = heading.startsWith('`') ? `${heading.replaceAll('`', '')}.` : '';
    const row = /^\| `([\w.]+)` \| (.*?) \|/.exec(line);
    if (row) rows.set(`${prefix}${row[1]}`, row[2]!);
  }
  return rows;
}

describe('docs/configuration.md', () => {
  const keys = keysOf(z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }) as KeySchema);
  const rows = rowsOf(readPage('docs/configuration.md'));

  test('has a row for every key of the file, and for nothing else', () => {
    expect(keys.size).toBeGreaterThan(50);
    expect([...rows.keys()].sort()).toEqual([...keys.keys()].sort());
  });

  test('gives the default that the code has', () => {
    // These depend on the machine, or on the metric and the profile.
    const said = new Map([
      ['workers', 'the cores, at most 4'],
      ['thresholds.METRIC', 'see there'],
      ['thresholds.PROFILE', 'see there'],
    ]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(new Map([...keys, ...said])));
  });
});

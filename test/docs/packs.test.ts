import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { loadPack, packNamesIn } from '../../src/mapping/pack.js';
import { readPage } from './pages.js';

const names = await packNamesIn('rules/packs');

describe('docs/packs', () => {
  test('has a page for every pack, and each is in the table of them all', () => {
    const index = readPage('docs/packs/README.md');
    for (const name of names) {
      expect(existsSync(`docs/packs/${name}.md`), name).toBe(true);
      expect(index).toContain(`\n| [${name}](${name}.md) | `);
    }
  });

  test.each(names)('says of each of the 14 where %s has it from, or that it is absent', async (name) => {
    const { alternatives } = await loadPack({ pack: name }, 'rules/packs');
    const rows = new Map(
      [...readPage(`docs/packs/${name}.md`).matchAll(/^\| `(\w+)` \|.*? (?=\S)(.*) \|$/gm)].map(([line, metric]) => [
        metric,
        line,
      ]),
    );
    expect([...rows.keys()].filter((metric) => METRIC_NAMES.includes(metric as never))).toEqual(METRIC_NAMES);
    const absent = METRIC_NAMES.filter((metric) => rows.get(metric)!.startsWith(`| \`${metric}\` | absent: `));
    expect(absent).toEqual(METRIC_NAMES.filter((metric) => !alternatives.has(metric)));
  });
});

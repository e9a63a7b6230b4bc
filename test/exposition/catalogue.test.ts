import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALL_METRICS } from './allMetrics.js';
import { renderCatalogueTable } from './catalogueTable.js';

describe('the metric catalogue', () => {
  test('names every metric once, with the prefix, and _total on counters only', () => {
    expect(new Set(ALL_METRICS.map(({ name }) => name)).size).toBe(ALL_METRICS.length);
    for (const { name, type } of ALL_METRICS) {
      expect(name).toMatch(/^linborg_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });

  test('pairs every counter of failures with the counter of all', () => {
    const names = new Set<string>(ALL_METRICS.map(({ name }) => name));
    const failures = [...names].filter((name) => name.endsWith('_failed_total'));
    expect(failures.length).toBeGreaterThan(0);
    for (const name of failures) expect(names).toContain(name.replace('_failed_total', '_total'));
  });

  test('keeps help texts free of what one of the formats would have to escape', () => {
    for (const { help } of ALL_METRICS) expect(help).not.toMatch(/["\\\n|]/);
  });

  test('says of every gauge that can be absent when it is', () => {
    const always = ['linborg_build_info'];
    for (const { name, type, help } of ALL_METRICS) {
      if (type === 'gauge' && !always.includes(name)) expect(help, name).toMatch(/Absent/);
    }
  });

  test('is what the table in docs/metrics.md shows (run this test with -u to write it)', async () => {
    const path = new URL('../../docs/metrics.md', import.meta.url);
    const [start, end] = ['<!-- metrics:start -->', '<!-- metrics:end -->'];
    const text = readFileSync(path, 'utf8');
    const before = text.slice(0, text.indexOf(start) + start.length);
    const after = text.slice(text.indexOf(end));
    await expect(`${before}\n${renderCatalogueTable()}${after}`).toMatchFileSnapshot(path.pathname);
  });
});

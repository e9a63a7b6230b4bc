import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackError } from '../../src/core/errors.js';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { loadPack } from '../../src/mapping/pack.js';
import { parsePackFile } from '../../src/mapping/packFile.js';

const PACKS_DIR = path.resolve(import.meta.dirname, '../../rules/packs');

function messageOf(text: string): string {
  try {
    parsePackFile(text, 'my.yml');
  } catch (error) {
    expect(error).toBeInstanceOf(PackError);
    return (error as PackError).message;
  }
  throw new Error('the pack was accepted');
}

describe('the node_exporter pack', () => {
  it('knows a way to ask for each of the 14 metrics', async () => {
    const pack = await loadPack({ pack: 'node_exporter' }, PACKS_DIR);
    expect([...pack.alternatives.keys()].sort()).toEqual([...METRIC_NAMES].sort());
    expect(pack.name).toBe('node_exporter');
  });

  it('asks for one series per server everywhere', async () => {
    const pack = await loadPack({ pack: 'node_exporter' }, PACKS_DIR);
    for (const [metric, alternatives] of pack.alternatives)
      for (const { name, expr } of alternatives) expect(expr, `${metric} "${name}"`).toContain('by ($server_label)');
  });
});

describe('a pack', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'linborg-packs-'));
    await writeFile(path.join(folder, 'mine.yml'), 'name: mine\nmetrics:\n  load_average:\n    - expr: x{$selector}\n');
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('is found by its name in the folder of packs, and by its path', async () => {
    const byName = await loadPack({ pack: 'mine' }, folder);
    const byPath = await loadPack({ pack: path.join(folder, 'mine.yml') }, '/nowhere');
    expect(byName).toEqual(byPath);
    expect(byName.alternatives.get('load_average')).toEqual([
      {
        name: 'alternative 1',
        expr: 'x{$selector}',
        estimate: false,
        place: `${path.join(folder, 'mine.yml')}:4 metrics.load_average`,
      },
    ]);
  });

  it('that does not exist is answered with the names of those that do', async () => {
    await expect(loadPack({ pack: 'yours' }, folder)).rejects.toThrow(
      /^mapping pack "yours" cannot be read from .*yours\.yml \(ENOENT\); expected one of mine, or a path to a \.yml file$/,
    );
    await expect(loadPack({ pack: './yours.yml' }, folder)).rejects.toThrow('(ENOENT); check the path');
  });

  it('with broken YAML is refused with file and line', () => {
    expect(messageOf('name: a\nmetrics:\n  load_average: [\n')).toMatch(/^my\.yml:\d+ is not valid YAML: /);
  });

  it('that is empty or no mapping is refused', () => {
    expect(messageOf('')).toMatch(/^my\.yml:1 name: /);
    expect(messageOf('- a\n')).toMatch(/^my\.yml:1 pack: /);
    expect(messageOf('name: a\nmetrics: {}\n')).toBe(
      'my.yml:2 metrics is empty; expected at least one metric, or extends',
    );
  });

  it('with a misspelt key, metric or placeholder is refused with file, line and the word', () => {
    const head = 'name: a\nmetrics:\n';
    expect(messageOf(`${head}  load_average:\n    - expr: x{$selector}\n      nota: b\n`)).toBe(
      'my.yml:5 metrics.load_average.0: unknown key "nota"; check the spelling',
    );
    expect(messageOf(`${head}  load_avg:\n    - expr: x{$selector}\n`)).toMatch(
      /^my\.yml:3 metrics: unknown metric "load_avg"; expected one of cpu_user_pct, /,
    );
    expect(messageOf(`${head}  load_average:\n    - expr: x{$selector}[$windows]\n`)).toBe(
      'my.yml:4 metrics.load_average.0.expr has the unknown placeholder "$windows"; expected $selector, $window, $server_label',
    );
  });

  it('whose expression ignores the selector is refused', () => {
    expect(messageOf('name: a\nmetrics:\n  load_average:\n    - expr: node_load1\n')).toMatch(
      /^my\.yml:4 metrics\.load_average\.0\.expr has no \$selector, so the configured selector would be ignored/,
    );
  });

  it('that names two alternatives of a metric alike is refused', () => {
    const entry = '    - name: b\n      expr: x{$selector}\n';
    expect(messageOf(`name: a\nmetrics:\n  load_average:\n${entry}${entry}`)).toMatch(
      /^my\.yml:6 metrics\.load_average\.1\.name is "b", which stands above already/,
    );
  });

  it('tells all its faults at once', () => {
    const message = messageOf('name: a\nfoo: 1\nmetrics:\n  load_average:\n    - expr: 5\n');
    expect(message.split('\n')).toHaveLength(2);
  });
});

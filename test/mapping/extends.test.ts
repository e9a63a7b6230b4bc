import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackError } from '../../src/core/errors.js';
import { METRIC_NAMES, type MetricName } from '../../src/core/metrics.js';
import { type Alternative, join, mappingsSchema, overlay } from '../../src/mapping/alternative.js';
import { loadPack, type WantedPack } from '../../src/mapping/pack.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'linborg-extends-'));
  const files = {
    base: `name: base
metrics:
  load_average: [{ name: load, expr: 'load{$selector}' }]
  uptime_days: [{ expr: 'up{$selector}' }]
  mem_used_pct: [{ name: mem, expr: 'mem{$selector}' }]
`,
    java: `name: java
metrics:
  java_cpu_pct: [{ name: jmx, expr: 'jmx{$selector}' }]
  load_average: [{ name: load, expr: 'java_load{$selector}' }]
`,
    child: `name: child
extends: base
metrics:
  load_average:
    - { name: own, expr: 'own{$selector}' }
    - inherited: true
  mem_used_pct: [{ expr: 'own_mem{$selector}' }]
  uptime_days: []
`,
    grandchild: 'name: grandchild\nextends: [./child.yml, java]\n',
    first: 'name: first\n\nextends: second\n',
    second: 'name: second\nextends: [base, third]\n',
    third: 'name: third\nextends:\n  - base\n  - ./first.yml\n',
    orphan: 'name: orphan\nextends: nobody\n',
    broken: 'name: broken\nextends: base\nmetrics:\n  load_average: [{ expr: x }]\n',
    onBroken: 'name: onBroken\nextends: broken\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, `${name}.yml`), text);
});
afterAll(() => rm(folder, { recursive: true }));

const load = (wanted: WantedPack) => loadPack(wanted, folder);

/** Metric → names and queries, short enough to read. */
async function contentOf(wanted: WantedPack): Promise<Record<string, string>> {
  const { alternatives } = await load(wanted);
  const written = [...alternatives].map(([metric, list]) => [
    metric,
    list.map(({ name, expr }) => `${name}: ${expr.replace('{$selector}', '')}`).join(', '),
  ]);
  return Object.fromEntries(written);
}

async function messageOf(wanted: WantedPack): Promise<string> {
  const error: unknown = await load(wanted).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(PackError);
  return (error as PackError).message.replaceAll(`${folder}/`, '');
}

describe('a pack that extends another', () => {
  it('replaces a metric, puts its own before the inherited, and takes a metric away', async () => {
    expect(await contentOf({ pack: 'child' })).toEqual({
      load_average: 'own: own, load: load',
      mem_used_pct: 'alternative 1: own_mem',
    });
  });

  it('may extend several, by name or by a path from its own folder: the first is preferred, and no name stands twice', async () => {
    expect(await contentOf({ pack: 'grandchild' })).toEqual({
      java_cpu_pct: 'jmx: jmx',
      load_average: 'own: own, load: load, load (2): java_load',
      mem_used_pct: 'alternative 1: own_mem',
    });
    expect((await load({ pack: 'grandchild' })).bases).toEqual(['child', 'base', 'java']);
  });

  it('says of each alternative in which file and line it stands', async () => {
    const { alternatives } = await load({ pack: 'grandchild' });
    expect(alternatives.get('load_average')!.map(({ place }) => path.basename(place))).toEqual([
      'child.yml:5 metrics.load_average',
      'base.yml:3 metrics.load_average',
      'java.yml:4 metrics.load_average',
    ]);
  });

  it('that in the end extends itself is refused with the line that closes the circle', async () => {
    expect(await messageOf({ pack: 'first' })).toBe(
      'third.yml:4 extends "./first.yml", which extends this pack in its turn; expected packs without a circle',
    );
  });

  it('that extends what is not there is refused with the line and the names that there are', async () => {
    expect(await messageOf({ pack: 'orphan' })).toMatch(
      /^orphan\.yml:2 extends "nobody": mapping pack "nobody" cannot be read from nobody\.yml \(ENOENT\); expected one of base, broken, child, /,
    );
  });

  it('that extends a faulty one is refused with the place of the fault itself', async () => {
    expect(await messageOf({ pack: 'onBroken' })).toMatch(
      /^broken\.yml:4 metrics\.load_average\.0\.expr has no \$selector/,
    );
  });
});

describe('a pack that extends nothing', () => {
  const refused = async (metrics: string) => {
    await writeFile(path.join(folder, 'alone.yml'), `name: alone\nmetrics:\n${metrics}`);
    return messageOf({ pack: './alone.yml'.replace('.', folder) });
  };

  it('has nothing to take away and nothing inherited', async () => {
    expect(await refused('  load_average: []\n')).toBe(
      'alone.yml:3 metrics.load_average is an empty list, which takes away what is inherited, but the pack extends nothing',
    );
    expect(await refused('  load_average:\n    - inherited: true\n')).toBe(
      'alone.yml:4 metrics.load_average.0 has inherited: true, but the pack extends nothing',
    );
  });

  it('or an entry that is two things, or nothing, is refused', async () => {
    expect(await refused('  load_average:\n    - { inherited: true, name: x }\n')).toBe(
      'alone.yml:4 metrics.load_average.0.inherited stands beside other keys; expected it alone: it stands for what is inherited',
    );
    expect(await refused('  load_average:\n    - name: x\n')).toBe(
      'alone.yml:4 metrics.load_average.0.expr is missing; expected PromQL',
    );
    expect(await refused('  load_average:\n    - inherited: true\n    - inherited: true\n')).toBe(
      'alone.yml:5 metrics.load_average.1.inherited stands above already; expected it once',
    );
  });
});

describe('the configuration', () => {
  const mappings = mappingsSchema.parse({
    uptime_days: [],
    load_average: [{ inherited: true }, { name: 'mine', expr: 'mine{$selector}' }],
  });

  it('may name several packs, and write single metrics over them', async () => {
    expect(await contentOf({ pack: ['java', 'base'], mappings })).toEqual({
      java_cpu_pct: 'jmx: jmx',
      load_average: 'load: java_load, load (2): load, mine: mine',
      mem_used_pct: 'mem: mem',
    });
    const { name, alternatives } = await load({ pack: ['java', 'base'], mappings });
    expect(name).toBe('java + base');
    expect(alternatives.get('load_average')?.at(-1)?.place).toBe('mappings.load_average[1] in the configuration');
  });
});

describe('packs as values', () => {
  const alternative = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    expr: fc.constantFrom('x{$selector}', 'y{$selector}', 'z{$selector}'),
    estimate: fc.boolean(),
    place: fc.constant(''),
  });
  const pack = fc
    .dictionary(fc.constantFrom(...METRIC_NAMES), fc.array(alternative, { minLength: 1, maxLength: 3 }))
    .map((entries) => new Map(Object.entries(entries) as [MetricName, Alternative[]][]));

  it('keep each query once and each name once, whatever is joined', () => {
    fc.assert(
      fc.property(fc.array(pack), (packs) => {
        for (const [metric, list] of join(packs)) {
          const queries = packs.flatMap((one) => (one.get(metric) ?? []).map(({ expr }) => expr));
          expect(list.map(({ expr }) => expr)).toEqual([...new Set(queries)]);
          expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
        }
      }),
    );
  });

  it('are what they were where nothing is written over them, or only that all stays', () => {
    fc.assert(
      fc.property(fc.array(pack), fc.subarray([...METRIC_NAMES]), (packs, metrics) => {
        const inherited = join(packs);
        const stays = Object.fromEntries(metrics.map((metric) => [metric, [{ inherited: true }]]));
        expect(overlay(inherited, mappingsSchema.parse(stays), () => '')).toEqual(inherited);
      }),
    );
  });
});

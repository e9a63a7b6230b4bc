import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TARGETS_FOLDER } from '../../src/app/package.js';
import { withTargetPacks } from '../../src/app/targetPacks.js';
import { loadConfig } from '../../src/config/load.js';
import { runHere } from './fixtures/cli.js';
import { temporaryFolder } from './fixtures/folder.js';

const SOURCES = 'sources: [{ prometheus: { url: http://localhost:9090 } }]\n';
const load = async (text: string, folder = TARGETS_FOLDER) =>
  withTargetPacks(loadConfig(SOURCES + text, 'linborg.yml', {}), folder);

/** A folder with one pack named `shop`. */
function shop(more = ''): string {
  const folder = temporaryFolder();
  const lines = [
    'name: shop',
    'selector: env="prod"',
    'targets:',
    '  - { name: orders_rate, query: "sum(rate(orders_total{$selector}[$window]))", server: shop, category: api }',
    '  - name: basket_ratio',
    '    query: "max by (shop) (basket_ratio{region=\\"eu\\", $selector})"',
    '    server_label: shop',
    '    threshold: 0.9',
  ];
  writeFileSync(path.join(folder, 'shop.yml'), `${lines.join('\n')}\n${more}`);
  return folder;
}

describe('target packs', () => {
  it('bring their targets beside those of the configuration, thresholds too, with their selector filled in', async () => {
    const config = await load(
      'targets: [{ name: own, query: up, server: x }]\ntarget_packs: [{ pack: shop }]\n',
      shop(),
    );
    expect(config.targets.map(({ name, pack }) => [name, pack])).toEqual([
      ['own', undefined],
      ['orders_rate', 'shop'],
      ['basket_ratio', 'shop'],
    ]);
    expect(config.targets[1]!.query).toBe('sum(rate(orders_total{env="prod"}[$window]))');
    expect(config.targets[2]!.query).toBe('max by (shop) (basket_ratio{region="eu", env="prod"})');
    expect(config.thresholds.generic).toContainEqual(
      expect.objectContaining({ metric: 'basket_ratio', limit: { kind: 'fixed', value: 0.9 } }),
    );
  });

  it('take another selector, or none', async () => {
    const queries = async (selector: string) =>
      (await load(`target_packs: [{ pack: shop, selector: '${selector}' }]`, shop())).targets.map(({ query }) => query);
    expect(await queries('job="a"')).toContain('sum(rate(orders_total{job="a"}[$window]))');
    expect(await queries('')).toEqual([
      'sum(rate(orders_total{}[$window]))',
      'max by (shop) (basket_ratio{region="eu"})',
    ]);
  });

  it('have single keys written over, and single targets left out; what is not written stays', async () => {
    const text =
      'target_packs: [{ pack: shop, without: [basket_ratio], targets: { orders_rate: { threshold: 5, direction: below } } }]';
    const { targets, thresholds } = await load(text, shop());
    expect(targets).toHaveLength(1);
    expect(targets[0]).toMatchObject({
      threshold: 5,
      direction: 'below',
      category: 'api',
      server: 'shop',
      max_series: 100,
    });
    expect(thresholds.generic.filter(({ metric }) => metric === 'orders_rate')).toHaveLength(1);
  });

  it('change their subjects from one to one per label', async () => {
    const text =
      'target_packs: [{ pack: shop, targets: { orders_rate: { query: "sum by (till) (orders)", server_label: till } } }]';
    const [target] = (await load(text, shop())).targets;
    expect([target!.server_label, target!.server]).toEqual(['till', undefined]);
  });

  it.each([
    [
      '[{ pack: shopp }]',
      /target_packs\[0\]\.pack is "shopp", which cannot be read from .*shopp\.yml \(ENOENT\); expected one of shop,/,
    ],
    [
      '[{ pack: shop, without: [orders] }]',
      /target_packs\[0\] names orders, which the pack shop has not; it has orders_rate, basket_ratio/,
    ],
    [
      '[{ pack: shop }, { pack: shop }]',
      /the pack shop brings the target orders_rate, which is there already; leave it out/,
    ],
    [
      '[{ pack: shop, targets: { basket_ratio: { threshold: 90 } } }]',
      /target_packs\[0\]\.targets\.basket_ratio\.threshold is 90; expected a number from 0 to 1/,
    ],
    ['[{ pack: shop, targets: { basket_ratio: { treshold: 1 } } }]', /linborg\.yml:2:\d+ .*treshold is no known key/],
    ['[{ pack: shop, selector: "{a=\\"b\\"}" }]', /selector has braces/],
  ])('are refused with what is wrong: %s', async (packs, message) => {
    await expect(load(`target_packs: ${packs}\n`, shop())).rejects.toThrow(message);
  });

  it('say file, line and column of what is wrong in a pack', async () => {
    await expect(
      load('target_packs: [{ pack: shop }]', shop('  - { name: x, query: $selektor, server: x }\n')),
    ).rejects.toThrow(/shop\.yml:9:23 targets\[2\]\.query has the unknown placeholder \$selektor/);
  });

  it('that come with linborg load all together, each name once, and are told by check config', async () => {
    const packs = readdirSync(TARGETS_FOLDER).map((file) => file.replace('.yml', ''));
    const text = `target_packs: [${packs.map((pack) => `{ pack: ${pack} }`).join(', ')}]\n`;
    expect((await load(text)).targets.length).toBeGreaterThan(12);
    const file = path.join(temporaryFolder(), 'linborg.yml');
    writeFileSync(file, SOURCES + text);
    const { code, stdout } = await runHere('check', 'config', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}target pack celery: 13 targets: queue_depth, tasks_rate, /m);
  });
});

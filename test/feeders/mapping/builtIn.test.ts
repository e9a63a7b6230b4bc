import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeYaml } from '../../../src/config/decode.js';
import { ConfigError } from '../../../src/core/errors.js';
import { mergeMapping } from '../../../src/feeders/mapping/mapping.js';
import { feedSchema, mappingSchema } from '../../../src/feeders/options.js';

const NAMES = readdirSync('rules/feeds');

describe('the mappings that come with linborg', () => {
  test.each(NAMES)('%s says whose, when and what, without a feed having to', (name) => {
    const { value } = decodeYaml(mappingSchema, { name, text: readFileSync(`rules/feeds/${name}`, 'utf8') }, {});
    const mapping = mergeMapping({}, value, name);
    expect(mapping.metrics.size).toBeGreaterThan(8);
    // What is filled in is for a feed to say.
    expect(mapping.fill.size).toBe(0);
  });
});

describe('what a feed says itself', () => {
  const named = decodeYaml(
    mappingSchema,
    {
      name: 'named',
      text: 'description: x\nserver: a\ntimestamp: t\nmetrics: { load_average: one, mem_used_pct: two }',
    },
    {},
  ).value;
  const own = (text: string) => decodeYaml(feedSchema, { name: 'feed.yml', text }, {}).value;

  test('goes before the mapping that it names, metric by metric', () => {
    const mapping = mergeMapping(own('metrics: { load_average: mine }\nserver: b'), named, 'feed.yml');
    const fields = [...mapping.metrics].map(([metric, rules]) => [metric, rules[0]!.field.text]);
    expect(Object.fromEntries(fields)).toEqual({ load_average: 'mine', mem_used_pct: 'two' });
    expect(mapping.server.map(({ text }) => text)).toEqual(['b']);
  });

  test('with a fixed name of the server has no field for it any more', () => {
    const mapping = mergeMapping(own('server_name: web1'), named, 'feed.yml');
    expect([mapping.server, mapping.serverName]).toEqual([[], 'web1']);
  });

  test.each([
    ['timestamp: t\nmetrics: { load_average: a }', /whose values these are/],
    ['server: a\nmetrics: { load_average: a }', /when values were taken/],
    ['server: a\ntimestamp: t', /maps no metric/],
  ])('is a fault where it leaves out what nobody can guess: %j', (text, message) => {
    expect(() => mergeMapping(own(text), undefined, 'feed.yml')).toThrow(ConfigError);
    expect(() => mergeMapping(own(text), undefined, 'feed.yml')).toThrow(message);
  });
});

test('faults within a rule are told where they stand, whatever shape the rule has', () => {
  const text = `server: a
timestamp: t
metrics:
  cpu_user_pct: { field: a, unit: bytes }
  cpu_sys_pct:
    - { field: a..b }
    - { feild: x }
  mem_used_pct: 5
  load_average: { field: load, complement: true }
fill:
  java_cpu_pct: zero
  swap_used_pct: { hold: 10 }
rest: { url: http://localhost, paging: { cursor_param: after } }
influxdb: { database: x, bucket: y }
`;
  expect(() => decodeYaml(feedSchema, { name: 'feed.yml', text }, {})).toThrowErrorMatchingInlineSnapshot(`
    [ConfigError: feed.yml has 10 errors:
    feed.yml:4:35 metrics.cpu_user_pct.unit is bytes, which cannot become cpu_user_pct; expected one of ratio, percent
    feed.yml:6:16 metrics.cpu_sys_pct[0].field is "a..b"; expected the path of a field such as system.cpu.user.pct, disks[*].used or labels["a.b"]
    feed.yml:7:7 metrics.cpu_sys_pct[1].field is missing; expected the path of a field such as system.cpu.user.pct
    feed.yml:7:9 metrics.cpu_sys_pct[1].feild is no known key; did you mean field?
    feed.yml:8:17 metrics.mem_used_pct is 5; expected the path of a field, a block with the key field, or a list of these in order of preference
    feed.yml:9:44 metrics.load_average.complement is true for load_average; expected it for percentages only
    feed.yml:11:17 fill.java_cpu_pct is "zero"; expected a number, { hold: 10m }, { rest_of: [cpu_user_pct, …] }, or a list of these in order of preference
    feed.yml:12:18 fill.swap_used_pct is a block of keys; expected a number, { hold: 10m } or { rest_of: [cpu_user_pct, …] }
    feed.yml:13:40 rest.paging is a block of keys; expected one of page_param, offset_param, cursor_param with next, and link_header: true
    feed.yml:14:26 influxdb.bucket is no known key; expected one of url, measurements, start, timeout, database, retention_policy, username, password]
  `);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';

const SMALLEST = 'sources: [{ prometheus: { url: http://localhost:9090 } }]\n';
const variable = (name: string) => `\${${name}}`;
const load = (text: string, environment: Record<string, string> = {}) => loadConfig(text, 'linborg.yml', environment);

describe('defaults', () => {
  test('a source with a URL is all that a file needs', () => {
    const config = load(SMALLEST);
    expect(config.cycleSeconds).toBe(60);
    expect(config.windows).toMatchObject({ stepSeconds: 300, historySeconds: 8 * 86_400 });
    expect(config.sources[0]?.prometheus).toMatchObject({ url: 'http://localhost:9090', pack: 'node_exporter' });
    expect(config.thresholds.database.map(({ metric }) => metric)).toContain('mem_used_pct');
  });

  test('an empty block means the defaults of all its keys', () => {
    expect(load(`${SMALLEST}export: {}\n`).export).toEqual(load(SMALLEST).export);
  });
});

test('durations, patterns and lists come out in base units', () => {
  const config = load(`${SMALLEST}cycle: 1m30s\nprofiles: [{ match: '^ppdb', profile: database }]\n`);
  expect(config.cycleSeconds).toBe(90);
  expect(config.windows.profiles[0]?.match.test('ppdb001')).toBe(true);
});

test('nobody can change a configuration, however deep', () => {
  const config = load(SMALLEST);
  expect(Object.isFrozen(config.sources)).toBe(true);
  expect(() => Object.assign(config.windows, { stepSeconds: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config.sources[0]!.prometheus, { url: '' })).toThrow(TypeError);
});

describe('environment variables', () => {
  const withSelector = (selector: string) =>
    `sources: [{ prometheus: { url: http://localhost:9090, selector: ${selector} } }]\n`;
  const selectorOf = (text: string, environment: Record<string, string>) =>
    load(text, environment).sources[0]?.prometheus.selector;

  test('stand for their text, inside a block in braces too', () => {
    expect(selectorOf(withSelector(variable('MATCH')), { MATCH: 'job="node"' })).toBe('job="node"');
  });

  test('may be a part of a value, and several of it', () => {
    expect(selectorOf(withSelector(`'\${LABEL}="\${VALUE}"'`), { LABEL: 'job', VALUE: 'node' })).toBe('job="node"');
  });

  test('are not read twice: what a variable holds is text', () => {
    expect(selectorOf(withSelector(variable('A')), { A: `x="${variable('B')}$$"`, B: 'no' })).toBe(
      `x="${variable('B')}$$"`,
    );
  });

  test('a doubled dollar sign is a dollar sign, and no variable', () => {
    expect(selectorOf(withSelector(`'a="$$"'`), {})).toBe('a="$"');
    expect(
      load(`${SMALLEST}profiles: [{ match: '$\${X}', profile: generic }]\n`).windows.profiles[0]?.match.source,
    ).toBe(variable('X'));
  });

  test('a lone dollar sign stays, as at the end of a pattern', () => {
    const { profiles } = load(`${SMALLEST}profiles: [{ match: '^ppdb$', profile: database }]\n`).windows;
    expect(profiles[0]?.match.source).toBe('^ppdb$');
  });

  test('take the type that their key wants', () => {
    expect(load(`${SMALLEST}export: { max_series: \${N} }\n`, { N: '2000' }).export.maxSeries).toBe(2000);
    expect(load(`${SMALLEST}thresholds: { mem_used_pct: \${N} }\n`, { N: '90' }).thresholds.generic).toContainEqual(
      expect.objectContaining({ metric: 'mem_used_pct', limit: { kind: 'fixed', value: 90 } }),
    );
    expect(selectorOf(withSelector(variable('N')), { N: '2000' })).toBe('2000');
  });

  test('any text reaches the value as it is', () => {
    const anyText = fc.string({ unit: 'binary' }).filter((text) => !/[{}]/.test(text) && text === text.trim());
    fc.assert(
      fc.property(anyText, (text) => {
        expect(selectorOf(withSelector(variable('TEXT')), { TEXT: text })).toBe(text);
      }),
    );
  });
});

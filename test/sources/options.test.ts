import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { prometheusOptions, sourceOptions } from '../../src/sources/options.js';
import { optionsOf } from './fixtures/support.js';

const url = 'http://localhost:9090';

function faultsOf(written: Record<string, unknown>): string[] {
  const parsed = prometheusOptions.safeParse(written);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the options of a Prometheus source', () => {
  it('need no more than an address', () => {
    expect(sourceOptions.parse({ prometheus: { url: `${url}/prometheus/` } }).prometheus).toEqual({
      url: `${url}/prometheus`,
      pack: 'node_exporter',
      selector: '',
      server_label: 'instance',
      labels: [],
      labels_from: 'up{$selector}',
      profile_labels: [],
      mappings: {},
      http_method: 'POST',
      headers: {},
      proxy_from_environment: false,
      timeout: 30,
      max_concurrency: 4,
      max_samples_per_query: 500_000,
      min_window: 240,
      metrics: {},
    });
  });

  it('never show a secret when printed, logged or written out', () => {
    const options = optionsOf({
      url,
      basic_auth: { username: 'u', password: 'hunter2' },
      headers: { 'X-Token': 'hunter2' },
    });
    const shown = [
      inspect(options, { depth: 9 }),
      JSON.stringify(options),
      stringify(options),
      `${options.headers['X-Token']}`,
    ];
    for (const text of shown) {
      expect(text).not.toContain('hunter2');
      expect(text).toContain('<secret>');
    }
    expect(options.basic_auth?.password?.reveal()).toBe('hunter2');
  });

  it.each([
    ['an address that is none', { url: 'localhost:9090' }, 'url: expected an http:// or https:// URL'],
    ['a password in the address', { url: 'http://u:p@localhost' }, 'put them under basic_auth'],
    ['a query in the address', { url: `${url}/?a=b` }, 'expected scheme, host and path only'],
    ['braces around the matchers', { url, selector: '{job="node"}' }, 'selector: has braces'],
    ['a label that is none', { url, server_label: 'a-b' }, 'server_label: expected a label name'],
    [
      'two passwords',
      { url, basic_auth: { username: 'u', password: 'a', password_file: 'b' } },
      'exactly one of password',
    ],
    ['no credentials', { url, authorization: {} }, 'exactly one of credentials'],
    [
      'two ways to log in',
      { url, basic_auth: { username: 'u', password: 'a' }, authorization: { credentials: 'c' } },
      'at most one',
    ],
    ['Authorization among the headers', { url, headers: { authorization: 'x' } }, 'use authorization or basic_auth'],
    ['a certificate without a key', { url, tls_config: { cert_file: 'a' } }, 'both cert_file and key_file'],
    ['a timeout that no timer can count', { url, timeout: '30d' }, 'timeout: is longer than 24d'],
    ['a duration that is none', { url, timeout: '30 s' }, 'timeout: is "30 s"; expected a duration'],
  ])('refuse %s', (_, written, reason) => {
    expect(faultsOf(written).join('\n')).toContain(reason);
  });

  it('refuse unknown keys and metrics', () => {
    expect(faultsOf({ url, tiemout: '30s' })).toHaveLength(1);
    expect(faultsOf({ url, metrics: { java: { default: 0 } } })).toHaveLength(1);
  });

  it('accept braces inside the quotes of a matcher', () => {
    expect(optionsOf({ url, selector: 'host=~"a{2}", job="node"' }).selector).toBe('host=~"a{2}", job="node"');
  });
});

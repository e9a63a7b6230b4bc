import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { ConfigError } from '../../src/core/errors.js';

const folder = `${import.meta.dirname ?? 'test/config'}/broken`;
const environment = { HOST: 'prometheus', WORDS: 'many', NUMBER: '5', SECRET: 'hunter2-$&-$1' };

function errorOf(text: string): ConfigError {
  try {
    loadConfig(text, 'linborg.yml', environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('a broken file is refused with every fault, its line and what was expected', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yml'));

  test.each(names)('%s', async (name) => {
    const { message } = errorOf(readFileSync(`${folder}/${name}`, 'utf8'));
    await expect(`${message}\n`).toMatchFileSnapshot(`${folder}/${name.replace('.yml', '.txt')}`);
  });
});

test('no message shows a secret', () => {
  const { message } = errorOf(readFileSync(`${folder}/secret-of-wrong-type.yml`, 'utf8'));
  expect(message).toContain('basic_auth.password');
  expect(message).not.toMatch(/hunter2|31337/);
});

test('no message shows what a variable holds, whoever finds the fault', () => {
  const { message } = errorOf(readFileSync(`${folder}/secrets-of-variables.yml`, 'utf8'));
  expect(message).toContain('timeout is "$');
  expect(message).not.toContain('hunter2');
});

test('a fault behind an alias points into the block that the alias stands for', () => {
  const { message } = errorOf(
    [
      'sources:',
      '  - prometheus: &first',
      '      url: http://localhost:9090',
      '      timeout: soon',
      '  - prometheus: *first',
    ].join('\n'),
  );
  expect(message.split('\n')[1]).toBe(
    'linborg.yml:4:16 sources[0].prometheus.timeout is "soon"; expected a duration such as 5m, 1h30m or 8d',
  );
});

test('a file that unfolds aliases without end is refused, not unfolded', () => {
  const blocks = Array.from({ length: 12 }, (_, n) => `k${n}: &a${n} [${`*a${n - 1}, `.repeat(n === 0 ? 0 : 9)}1]`);
  expect(errorOf(blocks.join('\n')).message).toMatch(/linborg\.yml cannot be read: .*alias/i);
});

test('training without a ledger is refused, since no trained model could ever earn its place', () => {
  const file = (truth: string, when: string) =>
    `sources: [{ prometheus: { url: http://localhost:9090 } }]\ntruth: { enabled: ${truth} }\nretrain: { when: ${when} }\n`;
  expect(errorOf(file('false', 'weekly')).message).toMatch(
    /^linborg\.yml:3:18 retrain\.when is "weekly"; expected never while truth\.enabled is false/m,
  );
  expect(loadConfig(file('false', 'never'), 'linborg.yml', environment).truth.isEnabled).toBe(false);
  expect(loadConfig(file('true', 'weekly'), 'linborg.yml', environment).retrain.when).toBe('weekly');
});

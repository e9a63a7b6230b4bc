import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { loadConfigFile } from '../../src/app/configFile.js';
import { temporaryFolder } from './fixtures/folder.js';

const variable = (name: string) => `\${${name}}`;

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a configuration that is read again takes the variables as they are then, and refuses one that is gone with its place', async () => {
  const file = path.join(temporaryFolder(), 'linborg.yml');
  writeFileSync(file, `sources:\n  - prometheus:\n      url: ${variable('PROMETHEUS_URL')}\n`);
  vi.stubEnv('PROMETHEUS_URL', 'http://one:9090');
  expect((await loadConfigFile(file)).sources[0]!.prometheus.url).toBe('http://one:9090');
  vi.stubEnv('PROMETHEUS_URL', 'http://two:9090');
  const again = await loadConfigFile(file);
  expect(again.sources[0]!.prometheus.url).toBe('http://two:9090');
  expect(JSON.stringify(again.written)).toContain(variable('PROMETHEUS_URL'));
  vi.stubEnv('PROMETHEUS_URL', undefined);
  await expect(loadConfigFile(file)).rejects.toThrow(
    `${file}:3:12 the environment variable PROMETHEUS_URL is not set; set it, or write $${variable('PROMETHEUS_URL')} for the text itself`,
  );
});

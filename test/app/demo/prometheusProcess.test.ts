import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startPrometheus } from '../../../src/app/demo/prometheusProcess.js';
import { temporaryFolder } from '../fixtures/folder.js';

it('a Prometheus whose port was taken meanwhile, by who takes connections and never answers, is an error and not waited for', async () => {
  const folder = temporaryFolder();
  const configFile = path.join(folder, 'prometheus.yml');
  writeFileSync(configFile, '');
  const holder = createServer();
  await once(holder.listen(0, '127.0.0.1'), 'listening');
  const { port } = holder.address() as AddressInfo;
  const starting = startPrometheus({ folder, configFile, port }, new AbortController().signal);
  await expect(starting).rejects.toThrow('Prometheus ended at once (exit code 1)');
  holder.close();
});

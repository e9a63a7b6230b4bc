/** A real Prometheus that scrapes a simulator once a second and takes its history. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../sources/fixtures/realPrometheus.js';

export interface ScrapingPrometheus {
  readonly url: string;
  query(expr: string, at?: number): Promise<{ instance: string | undefined; value: number }[]>;
  stop(): Promise<void>;
}

export async function startScraping(simulatorPort: number): Promise<ScrapingPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'linborg-simulator-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: { scrape_interval: 1s }
storage: { tsdb: { out_of_order_time_window: 10d } }
scrape_configs:
  - job_name: node
    http_sd_configs: [{ url: 'http://127.0.0.1:${simulatorPort}/sd' }]
  - job_name: cadvisor
    http_sd_configs: [{ url: 'http://127.0.0.1:${simulatorPort}/containers/sd' }]
`,
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'storage')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    ],
    { stdio: 'ignore' },
  );
  while (!(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    async query(expr, at) {
      const time = at === undefined ? '' : `&time=${at}`;
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}${time}`);
      const body = (await answer.json()) as {
        error?: string;
        data?: { result: { metric: { instance?: string }; value: [number, string] }[] };
      };
      if (body.data === undefined) throw new Error(`${expr}: ${body.error}`);
      return body.data.result.map(({ metric, value }) => ({ instance: metric.instance, value: Number(value[1]) }));
    },
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

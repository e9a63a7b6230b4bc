/** The demo's configuration files: a Prometheus that scrapes a simulated fleet and linborg, and linborg's own. */
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { PACKAGE_ROOT } from '../package.js';

/** Where everything of the demo listens, on loopback. */
export interface DemoPorts {
  readonly prometheus: number;
  readonly linborg: number;
  readonly simulator: number;
}

export interface DemoFiles {
  readonly prometheusConfig: string;
  readonly linborgConfig: string;
}

/** Where linborg keeps what is pushed; Prometheus has `data`. */
const DATA_FOLDER = 'linborg-data';
/** What linborg says. */
export const LOG_FILE = 'linborg.log';

/** Puts both files into a folder that is there; what an earlier demo left in it is removed. */
export async function writeDemoFiles(folder: string, ports: DemoPorts): Promise<DemoFiles> {
  for (const name of ['data', DATA_FOLDER, LOG_FILE]) await rm(join(folder, name), { recursive: true, force: true });
  const prometheusConfig = join(folder, 'prometheus.yml');
  const linborgConfig = join(folder, 'linborg.yml');
  await writeFile(prometheusConfig, stringify(prometheusSettings(ports)));
  await writeFile(linborgConfig, stringify(linborgSettings(ports, resolve(folder, DATA_FOLDER))));
  return { prometheusConfig: resolve(prometheusConfig), linborgConfig };
}

function prometheusSettings(ports: DemoPorts) {
  return {
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    // Eight days of history arrive by remote write, while the present is being scraped.
    storage: { tsdb: { out_of_order_time_window: '10d' } },
    rule_files: ['recording.yml', 'alerts.yml', 'services.yml'].map((file) => join(PACKAGE_ROOT, 'rules', file)),
    remote_read: [
      {
        url: `http://127.0.0.1:${ports.linborg}/api/v1/read`,
        read_recent: true,
        required_matchers: { __name__: 'linborg_future' },
      },
    ],
    scrape_configs: [
      {
        job_name: 'node',
        http_sd_configs: [{ url: `http://127.0.0.1:${ports.simulator}/sd`, refresh_interval: '30s' }],
      },
      {
        job_name: 'cadvisor',
        http_sd_configs: [{ url: `http://127.0.0.1:${ports.simulator}/containers/sd`, refresh_interval: '30s' }],
      },
      {
        job_name: 'services',
        http_sd_configs: [{ url: `http://127.0.0.1:${ports.simulator}/services/sd`, refresh_interval: '30s' }],
      },
      {
        job_name: 'linborg',
        scrape_interval: '5s',
        static_configs: [{ targets: [`127.0.0.1:${ports.linborg}`] }],
      },
    ],
  };
}

function linborgSettings(ports: DemoPorts, dataFolder: string) {
  return {
    sources: [
      {
        prometheus: {
          url: `http://127.0.0.1:${ports.prometheus}`,
          pack: 'node_exporter',
          selector: 'job="node"',
          server_label: 'instance',
        },
      },
    ],
    // What waits in each queue of the simulated services, as redis_exporter tells it.
    targets: [
      {
        name: 'queue_depth',
        query: 'max by (queue) (label_replace(redis_key_size, "queue", "$1", "key", "(.+)"))',
        server_label: 'queue',
      },
    ],
    // Not every server has Java.
    push: { enabled: true, optional_metrics: ['java_cpu_pct'] },
    data_dir: dataFolder,
    cycle: '30s',
    web: { listen_address: `127.0.0.1:${ports.linborg}`, enable_lifecycle: true },
  };
}

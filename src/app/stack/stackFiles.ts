/** The configuration of the stack: the samples in prometheus/, with the addresses of this machine. */

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { PACKAGE_ROOT } from '../package.js';
import { type ComponentName, jobOf, type StackPaths, type StackPorts, scraped } from './layout.js';

/** Dashboards that come with linborg. */
export const DASHBOARDS_FOLDER = join(PACKAGE_ROOT, 'grafana', 'dashboards');
/** Samples of what stands around linborg. */
export const SAMPLES_FOLDER = join(PACKAGE_ROOT, 'prometheus');

/**
 * Writes all files; data and logs of an earlier run stay.
 * @param parts  what is installed: Prometheus looks for nothing else
 */
export async function writeStackFiles(
  paths: StackPaths,
  ports: StackPorts,
  parts: readonly ComponentName[],
): Promise<void> {
  for (const name of ['prometheus', 'alertmanager', 'grafana'] as const) {
    await mkdir(paths.dataOf(name), { recursive: true });
  }
  await writeFile(paths.prometheusConfig, stringify(await prometheusSettings(ports, parts)));
  await writeFile(paths.alertmanagerConfig, stringify(await alertmanagerSettings()));
  await writeFile(paths.linborgConfig, stringify(linborgSettings(ports)));
  await writeProvisioning(paths.grafanaProvisioning, ports);
}

interface PrometheusSample {
  readonly alerting: object;
  readonly remote_read: readonly object[];
  readonly scrape_configs: readonly { readonly job_name: string; readonly relabel_configs?: readonly Relabel[] }[];
}

interface Relabel {
  readonly target_label: string;
}

async function prometheusSettings(ports: StackPorts, parts: readonly ComponentName[]) {
  const sample = (await readSample('prometheus.yml')) as PrometheusSample;
  const target = (name: ComponentName) => ({ static_configs: [{ targets: [`127.0.0.1:${ports[name]}`] }] });
  return {
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: ['recording.yml', 'alerts.yml', 'services.yml'].map((file) => join(PACKAGE_ROOT, 'rules', file)),
    alerting: { ...sample.alerting, alertmanagers: parts.includes('alertmanager') ? [target('alertmanager')] : [] },
    remote_read: sample.remote_read.map((read) => ({ ...read, url: `http://127.0.0.1:${ports.linborg}/api/v1/read` })),
    scrape_configs: [
      ...scraped(parts).map((name) => ({ job_name: jobOf(name), ...target(name) })),
      ...(parts.includes('blackbox_exporter') ? [probeOfLinborg(sample, ports)] : []),
    ],
  };
}

/** The sample's probe, of linborg alone: whether it is ready. */
function probeOfLinborg(sample: PrometheusSample, ports: StackPorts) {
  const { relabel_configs = [], ...probe } = sample.scrape_configs.find(({ job_name }) => job_name === 'blackbox')!;
  return {
    ...probe,
    static_configs: [{ targets: [`http://127.0.0.1:${ports.linborg}/-/ready`] }],
    relabel_configs: relabel_configs.map((relabel) =>
      relabel.target_label === '__address__'
        ? { ...relabel, replacement: `127.0.0.1:${ports.blackbox_exporter}` }
        : relabel,
    ),
  };
}

/** The sample's routes and inhibition; its receivers tell nobody. */
async function alertmanagerSettings() {
  const { route, inhibit_rules, receivers } = (await readSample('alertmanager.yml')) as {
    route: object;
    inhibit_rules: readonly object[];
    receivers: readonly { readonly name: string }[];
  };
  return { route, inhibit_rules, receivers: receivers.map(({ name }) => ({ name })) };
}

function linborgSettings(ports: StackPorts) {
  const url = `http://127.0.0.1:${ports.prometheus}`;
  return {
    sources: [{ prometheus: { url, pack: 'node_exporter', selector: 'job="node"', server_label: 'instance' } }],
    model: join(PACKAGE_ROOT, 'models', 'default'),
    cycle: '30s',
    web: { listen_address: `127.0.0.1:${ports.linborg}`, enable_lifecycle: true },
  };
}

/** The files of grafana/provisioning, with this Prometheus and the dashboards where they lie. */
async function writeProvisioning(folder: string, ports: StackPorts): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const samples = join(PACKAGE_ROOT, 'grafana', 'provisioning');
  if (!existsSync(samples)) return;
  await cp(samples, folder, { recursive: true });
  const replace = async (file: string, from: string, to: string) => {
    const path = join(folder, file);
    await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
  };
  await replace('datasources/linborg.yml', 'http://prometheus:9090', `http://127.0.0.1:${ports.prometheus}`);
  await replace('dashboards/linborg.yml', '/var/lib/grafana/dashboards', DASHBOARDS_FOLDER);
}

async function readSample(file: string): Promise<unknown> {
  return parse(await readFile(join(SAMPLES_FOLDER, file), 'utf8'));
}

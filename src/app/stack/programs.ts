/** The programs of the stack: what each is called, how it is started, and how one sees that it is ready. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PACKAGE_ROOT } from '../package.js';
import type { ComponentName, StackPaths } from './layout.js';
import { SAMPLES_FOLDER } from './stackFiles.js';

/** How a program is started. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Component {
  /** Path that answers 200 once it can be used. */
  readonly readyPath: string;
  /** Undefined = it is not installed. */
  readonly start: (paths: StackPaths, address: string) => Start | undefined;
}

export const COMPONENT: Readonly<Record<ComponentName, Component>> = {
  node_exporter: {
    readyPath: '/metrics',
    start: (_, address) =>
      started(['node_exporter', 'prometheus-node-exporter'], () => [`--web.listen-address=${address}`]),
  },
  process_exporter: {
    readyPath: '/metrics',
    start: (_, address) =>
      started(['process-exporter', 'prometheus-process-exporter'], () => [
        `--config.path=${join(SAMPLES_FOLDER, 'process-exporter.yml')}`,
        `--web.listen-address=${address}`,
      ]),
  },
  blackbox_exporter: {
    readyPath: '/-/healthy',
    start: (_, address) =>
      started(['blackbox_exporter', 'prometheus-blackbox-exporter'], () => [
        `--config.file=${join(SAMPLES_FOLDER, 'blackbox.yml')}`,
        `--web.listen-address=${address}`,
      ]),
  },
  linborg: {
    readyPath: '/-/healthy',
    start: ({ linborgConfig }) => ({
      program: process.execPath,
      args: [join(PACKAGE_ROOT, 'bin/linborg.js'), 'serve', '--config.file', linborgConfig],
    }),
  },
  alertmanager: {
    readyPath: '/-/ready',
    start: ({ alertmanagerConfig, dataOf }, address) =>
      started(['alertmanager', 'prometheus-alertmanager'], () => [
        `--config.file=${alertmanagerConfig}`,
        `--storage.path=${dataOf('alertmanager')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ]),
  },
  prometheus: {
    readyPath: '/-/ready',
    start: ({ prometheusConfig, dataOf }, address) =>
      started(['prometheus'], () => [
        `--config.file=${prometheusConfig}`,
        `--storage.tsdb.path=${dataOf('prometheus')}`,
        `--web.listen-address=${address}`,
        '--web.enable-lifecycle',
      ]),
  },
  grafana: { readyPath: '/api/health', start: startGrafana },
};

const GRAFANA_HOME = '/usr/share/grafana';

/** Who looks need not log in; nothing is asked of the internet, where Grafana 13 would fetch newer plug-ins otherwise. */
function startGrafana({ grafanaProvisioning, dataOf }: StackPaths, address: string): Start | undefined {
  const home = ['--homepath', process.env['GF_PATHS_HOME'] ?? GRAFANA_HOME];
  const start = started(['grafana'], () => ['server', ...home]) ?? started(['grafana-server'], () => home);
  const [host, port] = address.split(':');
  const env = {
    GF_SERVER_HTTP_ADDR: host!,
    GF_SERVER_HTTP_PORT: port!,
    GF_PATHS_DATA: dataOf('grafana'),
    GF_PATHS_LOGS: dataOf('grafana'),
    GF_PATHS_PROVISIONING: grafanaProvisioning,
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  };
  return start && { ...start, env };
}

/** The first of the names that is in PATH, with its arguments. */
function started(names: readonly string[], argsOf: () => readonly string[]): Start | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const program = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  return program === undefined ? undefined : { program, args: argsOf() };
}

/** Not a folder of that name, nor a file that may not be run. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Exporters as one installs them, each started with a configuration that its pack's page asks for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../sources/fixtures/realPrometheus.js';

export interface Exporter {
  /** Job in Prometheus. */
  readonly name: string;
  readonly port: number;
  /** More keys of its scrape configuration, as YAML. */
  readonly scrape?: string;
  stop(): Promise<void>;
}

/** The program's path; undefined where it is not installed. Debian keeps some where not everybody looks. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin'];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function startNodeExporter(program: string): Promise<Exporter> {
  const port = await freePort();
  return run('node', port, [program, `--web.listen-address=127.0.0.1:${port}`, '--collector.tcpstat']);
}

/** It watches the processes of Node.js as if they were Java: there is no JVM in this test. */
export async function startProcessExporter(program: string): Promise<Exporter> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'linborg-exporter-'));
  const config = path.join(folder, 'process.yml');
  writeFileSync(config, 'process_names: [{ name: java, comm: [node] }]\n');
  return run('process', port, [program, '--config.path', config, '--web.listen-address', `127.0.0.1:${port}`], folder);
}

export async function startCollectd(program: string): Promise<Exporter> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'linborg-exporter-'));
  const plugins = ['cpu', 'memory', 'swap', 'df', 'interface', 'load', 'uptime', 'tcpconns', 'processes'];
  const config = path.join(folder, 'collectd.conf');
  writeFileSync(
    config,
    `Hostname "web1"
Interval 1
BaseDir "${folder}"
PIDFile "${folder}/pid"
${plugins.map((plugin) => `LoadPlugin ${plugin}`).join('\n')}
LoadPlugin write_prometheus
<Plugin tcpconns>
  ListeningPorts true
  AllPortsSummary true
</Plugin>
<Plugin swap>
  ReportBytes true
</Plugin>
<Plugin processes>
  Process "java"
</Plugin>
<Plugin write_prometheus>
  Host "127.0.0.1"
  Port "${port}"
</Plugin>
`,
  );
  const started = await run('collectd', port, [program, '-f', '-C', config], folder);
  return { ...started, scrape: 'honor_labels: true' };
}

export async function startNetdata(program: string): Promise<Exporter> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'linborg-exporter-'));
  const folders = ['cache', 'lib', 'log'].map((name) => {
    mkdirSync(path.join(folder, name));
    return `${name} = ${path.join(folder, name)}`;
  });
  const off = ['cgroups', 'tc', 'go.d', 'python.d', 'charts.d', 'idlejitter', 'slabinfo', 'statsd', 'ebpf', 'nfacct'];
  const config = path.join(folder, 'netdata.conf');
  writeFileSync(
    config,
    `[global]
run as user = ${process.env['USER'] ?? 'root'}
memory mode = ram
hostname = web1
[db]
mode = ram
[directories]
${folders.join('\n')}
[web]
bind to = 127.0.0.1:${port}
[plugins]
${off.map((plugin) => `${plugin} = no`).join('\n')}
[health]
enabled = no
[ml]
enabled = no
[cloud]
enabled = no
`,
  );
  const started = await run('netdata', port, [program, '-D', '-c', config], folder);
  return {
    ...started,
    scrape: 'metrics_path: /api/v1/allmetrics\n    params: { format: [prometheus] }\n    honor_labels: true',
  };
}

/** A JVM that runs a Java source file, with the JMX exporter's agent and a rule that lets everything through. */
export async function startJmxExporter(jar: string, program: string): Promise<Exporter> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'linborg-exporter-'));
  const config = path.join(folder, 'jmx.yml');
  writeFileSync(config, "rules: [{ pattern: '.*' }]\n");
  return run('jmx', port, ['java', `-javaagent:${jar}=127.0.0.1:${port}:${config}`, program], folder);
}

async function run(name: string, port: number, command: readonly string[], folder?: string): Promise<Exporter> {
  const [program, ...args] = command;
  const child = spawn(program!, args, { stdio: 'ignore', ...(folder === undefined ? {} : { cwd: folder }) });
  await untilAnswers(`${name} (${program})`, port, child);
  return {
    name,
    port,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        // Not SIGKILL: Netdata has to end the plug-ins that it has started.
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(what: string, port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer !== undefined) {
      await answer.body?.cancel();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} ended with ${child.exitCode}`);
}

/** A private Prometheus that holds one replayed history and nothing else. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CommandError } from '../../../core/errors.js';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../demo/prometheusProcess.js';

/** One block per month: promtool reads its input once per block. */
const BLOCK = '744h';
/** Prometheus drops what is older than this before the newest sample; nothing of a trace is. */
const RETENTION = '100y';

/** Throws CommandError that says how to get them if Prometheus or promtool is not installed. */
export function requirePrometheusTools(): void {
  requirePrometheus();
  const { error } = spawnSync('promtool', ['--version']);
  if (error)
    throw new CommandError(
      'no promtool in PATH, which --compare-rules needs with --from csv; it comes with Prometheus: put the folder of its release archive in PATH',
      { cause: error },
    );
}

/** Throws CommandError with what promtool says if it refuses the rule file. */
export function requireValidRules(path: string): void {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', path], { encoding: 'utf8' });
  if (status === 0) return;
  const said = `${stdout}${stderr}`.replace(/^(?:Checking .*| *FAILED:?)$/gm, '').trim();
  throw new CommandError(`--compare-rules ${path} is refused by promtool: ${said}`);
}

/**
 * Imports an OpenMetrics file into blocks and starts Prometheus over them, on a free port of loopback.
 * @param folder  an empty one, for its data
 * @throws CommandError with what promtool or Prometheus said
 */
export async function startHistoryPrometheus(
  historyFile: string,
  folder: string,
  signal: AbortSignal,
): Promise<RunningPrometheus> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  await createBlocks(historyFile, data, signal);
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(configFile, 'scrape_configs: []\n');
  return startPrometheus({ folder, configFile, port: await freePort(), retention: RETENTION }, signal);
}

async function createBlocks(historyFile: string, data: string, signal: AbortSignal): Promise<void> {
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', `--max-block-duration=${BLOCK}`];
  const child = spawn('promtool', [...args, historyFile, data], { stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new CommandError(`promtool could not import the history (exit code ${code}): ${said.trim()}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

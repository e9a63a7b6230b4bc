/** `linborg simulate`: a fleet served, or its history written out. */

import { containerViews } from '../../simulator/containers/containerSeries.js';
import { writeTraces } from '../../simulator/csv.js';
import { createFleet, type Fleet } from '../../simulator/fleet.js';
import { listenSimulator } from '../../simulator/listen.js';
import { nodeViews } from '../../simulator/node/nodeSeries.js';
import { decodeSimulateOptions, type SimulateOptions } from '../../simulator/options.js';
import { writeHistory } from '../../simulator/remoteWrite.js';
import { interruptSignal, untilAborted } from '../interrupt.js';
import { createProgress } from '../progress.js';

const DAY_SECONDS = 86_400;

export async function simulate(flags: unknown): Promise<number> {
  const now = () => Date.now() / 1000;
  const options = decodeSimulateOptions(flags, now());
  const fleet = createFleet(options);
  const from = options.end - options.days * DAY_SECONDS;
  if (options.csv !== undefined) await writeCsv(fleet, options, options.csv, from);
  if (options.remoteWrite !== undefined) await sendHistory(fleet, options, options.remoteWrite, from);
  if (options.listen !== undefined) await listen(fleet, options.listen, now);
  return 0;
}

async function writeCsv(fleet: Fleet, { end }: SimulateOptions, folder: string, from: number): Promise<void> {
  const progress = createProgress();
  await writeTraces({
    fleet,
    folder,
    from,
    until: end,
    onProgress: ({ serversDone, servers }) => progress.update(`writing traces: ${serversDone} of ${servers} servers`),
  });
  progress.done(`wrote the traces of ${fleet.servers.length} servers and labels.csv to ${folder}`);
}

async function sendHistory(fleet: Fleet, options: SimulateOptions, url: string, from: number): Promise<void> {
  const progress = createProgress();
  const span = { url, from, until: options.end, intervalSeconds: options.intervalSeconds };
  const nodes = await writeHistory({
    ...span,
    views: nodeViews(fleet),
    onProgress: ({ serversDone, servers }) => progress.update(`writing history: ${serversDone} of ${servers} servers`),
  });
  const containers = await writeHistory({
    ...span,
    views: containerViews(fleet),
    onProgress: ({ serversDone, servers }) =>
      progress.update(`writing history: containers of ${serversDone} of ${servers} servers`),
  });
  progress.done(`wrote ${nodes + containers} samples to ${url}`);
}

async function listen(fleet: Fleet, address: { host: string; port: number }, now: () => number): Promise<void> {
  const interrupt = interruptSignal();
  const simulator = await listenSimulator({ fleet, ...address, now });
  process.stdout.write(
    `simulating ${fleet.servers.length} servers on http://${address.host}:${simulator.port} (/metrics, /sd)\n`,
  );
  await untilAborted(interrupt.signal);
  await simulator.close();
  interrupt.release();
}

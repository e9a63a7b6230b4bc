/** `linborg demo`: a real Prometheus with history of a simulated fleet, live scraping, and linborg on it. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { CommandError } from '../../core/errors.js';
import type { ServerView } from '../../exposition/cycleView.js';
import type { PublishedCycle } from '../../exposition/publishedCycle.js';
import { lockFolder } from '../../files/folderLock.js';
import { containerViews } from '../../simulator/containers/containerSeries.js';
import { createFleet, type Fleet } from '../../simulator/fleet.js';
import { listenSimulator, type RunningSimulator } from '../../simulator/listen.js';
import { nodeViews } from '../../simulator/node/nodeSeries.js';
import { type Receiver, writeHistory, writeSeries } from '../../simulator/remoteWrite.js';
import { loadConfigFile } from '../configFile.js';
import { type DemoPorts, LOG_FILE, writeDemoFiles } from '../demo/demoFiles.js';
import { requireFreePorts } from '../demo/freePorts.js';
import { type Past, recordPastCycles, recordPastEvaluations } from '../demo/past.js';
import { pastServices } from '../demo/pastServices.js';
import { requirePrometheus, startPrometheus } from '../demo/prometheusProcess.js';
import { type Pushing, type SplitFleet, splitFleet, startPushing } from '../demo/pushedServers.js';
import { untilRecorded } from '../demo/recorded.js';
import { wholeNumber } from '../flags.js';
import { interruptSignal, untilAborted } from '../interrupt.js';
import { openLog } from '../log.js';
import { PACKAGE_ROOT } from '../package.js';
import { createProgress, type Progress } from '../progress.js';
import { renderRiskTable } from '../riskTable.js';
import { Service } from '../service/service.js';

interface DemoFlags {
  readonly once?: boolean;
  readonly servers: string;
  readonly dir: string;
  readonly prometheusPort: string;
  readonly linborgPort: string;
  readonly simulatorPort: string;
}

const HISTORY_SECONDS = 8 * 86_400;
/** Divides the five minutes of a step, so that a rate over 5m covers it whole. */
const HISTORY_INTERVAL_SECONDS = 100;
/** Longer than their dashboard looks back, and as often as the demo's Prometheus scrapes, since it takes rates over a minute. */
const CONTAINERS_SECONDS = 7 * 3600;
const CONTAINERS_INTERVAL_SECONDS = 15;
const FORECAST_SECONDS = 8 * 3600;
const FIRST_CYCLE_SECONDS = 180;
const RECORDED_SECONDS = 60;
const SEED = 1;

const now = () => Date.now() / 1000;

export async function demo(flags: DemoFlags): Promise<number> {
  const servers = wholeNumber('servers', flags.servers, 1, 1000);
  const ports: DemoPorts = {
    prometheus: wholeNumber('prometheus-port', flags.prometheusPort, 1, 65_535),
    linborg: wholeNumber('linborg-port', flags.linborgPort, 1, 65_535),
    simulator: wholeNumber('simulator-port', flags.simulatorPort, 1, 65_535),
  };
  requirePrometheus();
  await requireFreePorts({ ...ports });
  await mkdir(flags.dir, { recursive: true });
  const lock = await lockFolder(flags.dir, 'end that demo or choose another folder with --dir');
  const interrupt = interruptSignal();
  const progress = createProgress();
  const closers: (() => Promise<void>)[] = [];
  try {
    await run({ servers, ports, folder: flags.dir, isOnce: flags.once === true }, progress, closers, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    throw error;
  } finally {
    progress.done('stopping');
    for (const close of closers.reverse()) await close();
    await lock.release();
    interrupt.release();
  }
}

interface DemoPlan {
  readonly servers: number;
  readonly ports: DemoPorts;
  readonly folder: string;
  readonly isOnce: boolean;
}

async function run(plan: DemoPlan, progress: Progress, closers: (() => Promise<void>)[], signal: AbortSignal) {
  const { servers, ports, folder } = plan;
  const anchor = now();
  const fleet = createFleet({ servers, seed: SEED, scenariosPerServerWeek: 0.5, demoAnchor: anchor });
  const split = splitFleet(fleet, anchor);
  const simulator: RunningSimulator = await listenSimulator({ fleet: split.pulled, port: ports.simulator, now });
  closers.push(() => simulator.close());
  const files = await writeDemoFiles(folder, ports);
  const log = openLog(join(folder, LOG_FILE));
  progress.update('starting Prometheus');
  const prometheus = await startPrometheus(
    { folder, configFile: files.prometheusConfig, port: ports.prometheus },
    signal,
  );
  closers.push(() => prometheus.stop());
  progress.done(`Prometheus is ready at ${prometheus.url}`);
  const readyAt = performance.now();
  const sinceReady = () => `${((performance.now() - readyAt) / 1000).toFixed(1)} s after Prometheus was ready`;
  const receiver = { url: `${prometheus.url}/api/v1/write`, signal };
  await loadRated(fleet, receiver, anchor);
  await loadHistory(split.pulled, receiver, anchor, progress);
  const past: Past = {
    ...{ fleet: split, anchor, log, signal, prometheusUrl: prometheus.url },
    config: await loadConfigFile(files.linborgConfig),
    labels: { job: 'linborg', instance: `127.0.0.1:${ports.linborg}` },
    onProgress: (text) => progress.update(text),
  };
  await replay(past, progress);
  const { service, url } = await startLinborg(files.linborgConfig, log, progress);
  closers.push(() => service.stop());
  const pushing = await push(split, url, log, progress);
  closers.push(() => pushing.stop());
  const cycle = await untilFirstCycle(service, split, progress, signal);
  progress.done(`first risk table ${sinceReady()}`);
  if (plan.isOnce) await sayRecorded(prometheus.url, servers, progress, signal);
  const { servers: ranked } = service.state.cycle() ?? cycle;
  process.stdout.write(`\n${renderRiskTable(ranked)}\n\n${describeUrls(url, ports, worthALook(ranked))}\n`);
  if (plan.isOnce) return;
  process.stdout.write('\nCtrl-C ends it.\n');
  await completePast(past, progress, sinceReady);
  await untilAborted(signal);
}

/** Waits until Prometheus has recorded all servers, and says so. */
async function sayRecorded(url: string, servers: number, progress: Progress, signal: AbortSignal) {
  progress.update('asking Prometheus what it recorded');
  const { risks, forecasts } = await untilRecorded(url, servers, RECORDED_SECONDS, signal);
  progress.done(`Prometheus recorded the risk of ${risks} and forecasts of ${forecasts} servers`);
}

/** Services and containers come first: rules that take their rates would tell too little while there are only the first scrapes. */
async function loadRated(fleet: Fleet, receiver: Receiver, until: number) {
  await writeSeries(pastServices({ until }), receiver);
  await writeHistory({
    ...{ ...receiver, views: containerViews(fleet), from: until - CONTAINERS_SECONDS, until },
    intervalSeconds: CONTAINERS_INTERVAL_SECONDS,
  });
}

async function loadHistory(fleet: Fleet, receiver: Receiver, until: number, progress: Progress) {
  const startedAt = performance.now();
  const samples = await writeHistory({
    ...receiver,
    views: nodeViews(fleet),
    from: until - HISTORY_SECONDS,
    until,
    intervalSeconds: HISTORY_INTERVAL_SECONDS,
    onProgress: ({ serversDone, servers }) =>
      progress.update(`writing 8 days of history: ${serversDone} of ${servers} servers`),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  progress.done(
    `wrote 8 days of history of ${fleet.servers.length} servers: ${(samples / 1e6).toFixed(1)} M samples in ${seconds.toFixed(1)} s`,
  );
}

async function replay(past: Past, progress: Progress): Promise<void> {
  const startedAt = performance.now();
  await recordPastCycles(past);
  const seconds = (performance.now() - startedAt) / 1000;
  progress.done(`replayed linborg's last 16 hours into Prometheus in ${seconds.toFixed(1)} s`);
}

/** What the dashboards show besides. Never throws: all else goes on without. */
async function completePast(past: Past, progress: Progress, sinceReady: () => string): Promise<void> {
  try {
    await recordPastEvaluations(past);
    progress.done(`the dashboards have all of their past ${sinceReady()}`);
  } catch (error) {
    if (!past.signal.aborted) progress.done(`the dashboards lack a part of their past: ${(error as Error).message}`);
  }
}

async function startLinborg(configFile: string, log: Logger, progress: Progress) {
  const readConfig = () => loadConfigFile(configFile);
  progress.update('starting linborg');
  const started = await Service.start({
    config: await readConfig(),
    readConfig,
    log,
    onHistory: (_, done, total) => progress.update(`linborg reads history: ${done} of ${total} queries`),
  });
  const { engine, version } = started.service.state.build;
  progress.done(`linborg ${version} listens at ${started.url}, engine ${engine}`);
  return started;
}

/** Has the servers that are in no Prometheus send their records, until everything ends. */
async function push({ pushed }: SplitFleet, url: string, log: Logger, progress: Progress): Promise<Pushing> {
  const pushing = await startPushing({ servers: pushed, url, now, historySeconds: HISTORY_SECONDS, log });
  if (pushed.length > 0)
    progress.done(
      `a client pushes the records of ${pushed.map(({ name }) => name).join(' and ')}, which no Prometheus has`,
    );
  return pushing;
}

/** The first cycle that has what was pushed. */
async function untilFirstCycle(
  service: Service,
  { pushed }: SplitFleet,
  progress: Progress,
  signal: AbortSignal,
): Promise<PublishedCycle> {
  for (let waited = 0; waited < FIRST_CYCLE_SECONDS; waited += 0.1) {
    signal.throwIfAborted();
    const cycle = service.state.cycle();
    if (cycle && pushed.every(({ name }) => cycle.find(name) !== undefined)) return cycle;
    progress.update('waiting for the first cycle');
    await sleep(100);
  }
  const why = service.state.cycles().lastFailure ?? 'it still runs';
  throw new CommandError(
    `no cycle succeeded within ${FIRST_CYCLE_SECONDS} s (${why}); see linborg.log in the demo's folder`,
  );
}

/** Whose memory is full first, since its past and future are drawn; the riskiest where nobody's will be. */
function worthALook(ranked: readonly ServerView[]): string {
  const secondsLeft = ({ risk }: ServerView) =>
    risk?.timeToThreshold.find(({ metric }) => metric === 'mem_used_pct')?.seconds.p50 || Number.POSITIVE_INFINITY;
  const soonest = Math.min(...ranked.map(secondsLeft));
  const filling = ranked.find((view) => Number.isFinite(soonest) && secondsLeft(view) === soonest);
  return (filling ?? ranked[0])?.frame.server ?? '';
}

/** @param server  whose past and future are worth a look */
function describeUrls(url: string, ports: DemoPorts, server: string): string {
  const prometheus = `http://127.0.0.1:${ports.prometheus}`;
  const risks = encodeURIComponent('sort_desc(linborg_risk_score)');
  const used = `100 - 100 * node_memory_MemAvailable_bytes{instance="${server}"} / node_memory_MemTotal_bytes`;
  const memory = encodeURIComponent(`${used} or linborg_future{server="${server}", metric="mem_used_pct"}`);
  const end = encodeURIComponent(
    new Date(1000 * (now() + FORECAST_SECONDS)).toISOString().slice(0, 16).replace('T', ' '),
  );
  return [
    `status page  ${url}/`,
    `metrics      ${url}/metrics`,
    `Prometheus   ${prometheus}/graph?g0.expr=${risks}&g0.tab=1`,
    `future       ${prometheus}/graph?g0.expr=${memory}&g0.tab=0&g0.range_input=1d&g0.end_input=${end}`,
    `simulator    http://127.0.0.1:${ports.simulator}/`,
    `dashboards   ${join(PACKAGE_ROOT, 'grafana', 'dashboards')}: for Grafana, with Prometheus as data source`,
  ].join('\n');
}

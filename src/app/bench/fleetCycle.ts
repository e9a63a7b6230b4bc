/** Whole cycles of a simulated fleet, fed without Prometheus; probes while they run, answers after them. In a process of its own. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { medianOf } from '../../core/statistics.js';
import { ExporterMetrics } from '../../exposition/exporterMetrics.js';
import { type PublishedCycle, publishCycle } from '../../exposition/publishedCycle.js';
import type { StateView } from '../../exposition/state.js';
import { createFleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { createWebServer, type WebServer } from '../../web/server.js';
import { WindowStore } from '../../windows/store.js';
import { runCycle } from '../cycle.js';
import { ForecastPool } from '../forecasting/pool.js';
import { type AnswerFigures, measureAnswers } from './answers.js';
import { benchConfig } from './benchConfig.js';
import { cpuSecondsOf, quantileOf } from './clock.js';
import { FIRST_STEP, feedHistory, STEP_SECONDS } from './feed.js';

export interface CycleFigures {
  readonly servers: number;
  readonly series: number;
  /** From the newest samples to rendered metrics; the median of the cycles. */
  readonly seconds: number;
  readonly cpu_seconds: number;
  /** The whole process with its workers, history and results included. */
  readonly peak_rss_mb: number;
  /** Event-loop delay of the main thread while cycles run, 99th percentile. */
  readonly loop_delay_p99_ms: number;
  /** /-/healthy asked every 20 ms while cycles run. */
  readonly healthy_p99_ms: number;
  readonly answers: Readonly<Record<string, AnswerFigures>>;
}

const PROBE_EVERY_MILLISECONDS = 20;
const CONFIG = benchConfig();

/** Runs `cycles` cycles over `servers` simulated servers. `onProgress` says what is being done. */
export async function measureCycles(
  servers: number,
  cycles: number,
  modelPath: string,
  onProgress: (text: string) => void,
): Promise<CycleFigures> {
  const { pool, report } = await ForecastPool.start({ modelPath, engine: 'auto', workers: 2, onDeath: onProgress });
  const fleet = createFleet({ servers, seed: 5, scenariosPerServerWeek: 0.5 });
  const store = new WindowStore(CONFIG.windows);
  await feedHistory(fleet, store, onProgress);

  let newest: Cycle | undefined;
  const web = openDoors(() => newest?.published);
  const url = await web.start();
  const watch = startWatch(`${url}/-/healthy`);
  const costs: Cost[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    onProgress(`${servers} servers: cycle ${cycle + 1} of ${cycles}`);
    // The feed stands for Prometheus: its making is not part of the cycle, taking it in is.
    const batch = fleetBatch(fleet, FIRST_STEP + cycle - 1, FIRST_STEP + cycle + 1);
    const work = async () => {
      store.ingest(batch);
      newest = await forecastFleet(store, (FIRST_STEP + cycle + 1) * STEP_SECONDS, pool, report.manifest.name);
    };
    costs.push(await watch.during(work));
  }
  // Before the answers: what their client, in this process too, keeps of them is not linborg's.
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  onProgress(`${servers} servers: scrapes and remote reads`);
  const answers = await measureAnswers(url, newest!.published.servers[0]!.frame.server);
  await watch.stop();
  await web.stop();
  await pool.close();
  return {
    servers,
    series: newest!.series,
    seconds: round(medianOf(costs.map(({ seconds }) => seconds)), 2),
    cpu_seconds: round(medianOf(costs.map(({ cpuSeconds }) => cpuSeconds)), 2),
    peak_rss_mb: peakRssMb,
    loop_delay_p99_ms: round(watch.loopDelayP99(), 1),
    healthy_p99_ms: round(quantileOf(watch.milliseconds, 0.99), 1),
    answers,
  };
}

interface Cycle {
  readonly published: PublishedCycle;
  /** Forecasts of all servers. */
  readonly series: number;
}

/** One cycle over what the windows hold. Throws if a forecast fails. */
async function forecastFleet(store: WindowStore, at: number, pool: ForecastPool, model: string): Promise<Cycle> {
  const forecastRows = (job: Parameters<ForecastPool['forecast']>[0]) => pool.forecast(job);
  const result = await runCycle(store.frames(at), at, CONFIG.thresholds, { forecastRows, model });
  if (result.failure !== undefined) throw new Error(`${result.failedSeries} series failed: ${result.failure}`);
  const series = result.servers.reduce((sum, { forecasts }) => sum + forecasts.length, 0);
  return { published: await publishCycle(result, CONFIG.export), series };
}

function openDoors(cycle: () => PublishedCycle | undefined): WebServer {
  return createWebServer({
    options: CONFIG.web,
    state: stateOf(cycle, CONFIG.cycleSeconds),
    reload: async () => {},
    log: pino({ level: 'silent' }),
    now: () => Date.now() / 1000,
  });
}

/** What the doors need; the figures of the exporter itself are real, though nothing counts them here. */
function stateOf(cycle: () => PublishedCycle | undefined, intervalSeconds: number): StateView {
  const build = { version: 'bench', engine: 'bench', backend: 'bench', nodeVersion: process.versions.node };
  const startedAt = Date.now() / 1000;
  return {
    build,
    exporter: new ExporterMetrics(build),
    cycle,
    cycles: () => ({
      startedAt,
      intervalSeconds,
      succeeded: 1,
      failed: 0,
      skipped: 0,
      lastSuccessAt: Date.now() / 1000,
    }),
    model: () => undefined,
    modelCard: () => undefined,
    recentCycles: () => [],
    queries: () => [],
    sources: () => [],
    warmupBuckets: () => 24,
    future: () => CONFIG.future,
    configText: () => '',
  };
}

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Asks `url` again and again while a piece of work is done, one question at a time, and looks how late the event loop is. */
function startWatch(url: string) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const milliseconds: number[] = [];
  let isPaused = true;
  let isStopped = false;
  const loop = (async () => {
    while (!isStopped) {
      await sleep(PROBE_EVERY_MILLISECONDS);
      if (isPaused) continue;
      const before = performance.now();
      await (await fetch(url)).text();
      milliseconds.push(performance.now() - before);
    }
  })();
  return {
    /** That each question took. */
    milliseconds,
    /** In milliseconds. */
    loopDelayP99: () => delay.percentile(99) / 1e6,
    during: async (work: () => Promise<void>): Promise<Cost> => {
      delay.enable();
      isPaused = false;
      const before = performance.now();
      const cpuSeconds = await cpuSecondsOf(work);
      const seconds = (performance.now() - before) / 1000;
      delay.disable();
      isPaused = true;
      return { seconds, cpuSeconds };
    },
    stop: async () => {
      isStopped = true;
      await loop;
    },
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

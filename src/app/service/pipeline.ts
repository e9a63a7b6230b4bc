/** The straight line for one configuration: sources → windows → model → scoring. Holds what lives from cycle to cycle. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { ConfigError, ModelError, SourceError } from '../../core/errors.js';
import type { TruthReport } from '../../core/truth.js';
import type { PullEvent, PullSummary, Source } from '../../sources/source.js';
import { type IngestSummary, WindowStore } from '../../windows/store.js';
import { type CycleResult, runCycle } from '../cycle.js';
import { ForecastPool, type PoolReport } from '../forecasting/pool.js';
import { resolveModelPath } from '../modelPath.js';
import { openSources } from '../openSources.js';
import { ForecastLedger } from './forecastLedger.js';

/** What the exporter counts of a pull. */
export interface PipelineEvents {
  readonly onPull: (summary: PullSummary) => void;
  readonly onDropped: (reason: 'too_old' | 'ahead', count: number) => void;
  /** While history loads: pieces of work done, of a total. */
  readonly onHistory: (source: string, done: number, total: number) => void;
}

/** What a cycle gives to the doors. */
export interface PipelineCycle extends CycleResult {
  /** How good the forecasts have been; undefined where nobody keeps a ledger. */
  readonly truth: TruthReport | undefined;
}

export class Pipeline {
  readonly config: Config;
  readonly report: PoolReport;
  readonly sources: readonly Source[];
  readonly #store: WindowStore;
  readonly #ledger: ForecastLedger;
  /** Ends learning from the past. */
  readonly #closing = new AbortController();
  #isTaught = false;
  readonly #pool: ForecastPool;
  readonly #log: Logger;
  readonly #events: PipelineEvents;
  /** Per source: epoch seconds up to which it has been read; undefined before its history came. */
  readonly #readUntil = new Map<Source, number>();
  /** Why series of the last cycle could not be forecast; undefined if all were. */
  #forecastFailure: string | undefined;
  #isClosed = false;

  private constructor(
    parts: { config: Config; sources: readonly Source[]; pool: ForecastPool; report: PoolReport },
    log: Logger,
    events: PipelineEvents,
  ) {
    this.config = parts.config;
    this.sources = parts.sources;
    this.report = parts.report;
    this.#pool = parts.pool;
    this.#store = new WindowStore(parts.config.windows);
    this.#ledger = new ForecastLedger({
      model: parts.report.manifest.name,
      options: parts.config.truth,
      stepSeconds: parts.config.windows.stepSeconds,
      trainingInputs: parts.report.manifest.training_inputs,
    });
    this.#log = log;
    this.#events = events;
  }

  /**
   * Opens sources and starts the workers.
   * @param signal  ends the opening
   * @throws ConfigError, PackError, SourceError or ModelError for what a person must mend
   */
  static async open(config: Config, log: Logger, events: PipelineEvents, signal?: AbortSignal): Promise<Pipeline> {
    const sources = await openSources(config);
    const { path, engine, workers } = config.model;
    try {
      const { pool, report } = await ForecastPool.start({
        modelPath: await resolveModelPath(path),
        engine,
        workers,
        onDeath: (message) => log.error({ reason: message }, 'a forecasting worker died and is being replaced'),
        ...(signal === undefined ? {} : { signal }),
      });
      const step = (report.manifest.input as { step_seconds?: number }).step_seconds;
      if (step !== config.windows.stepSeconds) {
        await pool.close();
        throw new ConfigError(`step is ${config.windows.stepSeconds} s; the model in ${path} works at ${step} s`);
      }
      return new Pipeline({ config, sources, pool, report }, log, events);
    } catch (error) {
      for (const source of sources) source.close();
      throw error;
    }
  }

  /**
   * Pulls what is new, forecasts and scores.
   * @throws SourceError if no source could be read at all, ModelError if not one series could be forecast
   */
  async cycle(now: number): Promise<PipelineCycle> {
    const summaries = await Promise.all(this.sources.map((source) => this.#pull(source, now)));
    const reached = summaries.filter(({ outage }) => outage === undefined);
    if (reached.length === 0) throw summaries[0]?.outage ?? new SourceError('no source is configured');
    // The sources' own clock is the one that the samples carry.
    const at = Math.max(...reached.map((summary) => summary.at));
    for (const server of this.#store.forgetSilent(at)) {
      this.#ledger.forget(server);
      this.#log.info({ server }, 'server forgotten after long silence');
    }
    const frames = this.#store.frames(at);
    this.#ledger.begin(frames, at);
    const result = await runCycle(frames, at, this.config.thresholds, {
      forecastRows: (job) => this.#pool.forecast(job),
      model: this.report.manifest.name,
      ...this.#ledger.wishes(frames, at),
    });
    if (this.#isClosed) throw new SourceError('the cycle was ended half-way');
    this.#sayFailures(result);
    if (result.failure !== undefined && result.servers.every(({ forecasts }) => forecasts.length === 0)) {
      throw new ModelError(`none of ${result.failedSeries} series could be forecast: ${result.failure}`);
    }
    return { ...result, truth: this.#ledger.end(result) };
  }

  /** Learns from forecasts of the past, once; resolves when done. Meanwhile cycles go on. */
  async learn(at: number): Promise<void> {
    if (this.#isTaught) return;
    this.#isTaught = true;
    await this.#ledger.learn({
      forecastRows: (job) => this.#pool.forecast(job),
      frames: () => this.#store.frames(at),
      sources: this.sources,
      at,
      log: this.#log,
      signal: this.#closing.signal,
    });
  }

  /** Ends pulls and workers, whatever they are doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    for (const source of this.sources) source.close();
    await this.#pool.close();
  }

  async #pull(source: Source, now: number): Promise<PullSummary> {
    const readUntil = this.#readUntil.get(source);
    const { historySeconds, stepSeconds } = this.config.windows;
    const events =
      readUntil === undefined
        ? // The newest, partial bucket is one of the window's.
          source.history(now, historySeconds - stepSeconds)
        : source.increment(Math.floor(readUntil / stepSeconds) * stepSeconds - stepSeconds, now);
    const summary = await this.#takeIn(source, events);
    if (summary.outage === undefined) this.#readUntil.set(source, summary.at);
    if (!this.#isClosed) this.#events.onPull(summary);
    return summary;
  }

  async #takeIn(source: Source, events: AsyncIterable<PullEvent>): Promise<PullSummary> {
    for await (const event of events) {
      if (event.kind === 'summary') return event.summary;
      this.#countDropped(this.#store.ingest(event.batch));
      if (!this.#readUntil.has(source)) this.#events.onHistory(source.name, event.done, event.total);
    }
    throw new SourceError(`${source.name} ended its answer without a summary`);
  }

  /** Once per change: a cycle that fails like the one before says nothing new. */
  #sayFailures({ failedSeries, failure }: CycleResult): void {
    if (failure === this.#forecastFailure) return;
    this.#forecastFailure = failure;
    if (failure === undefined) this.#log.info('all series can be forecast again');
    else this.#log.error({ series: failedSeries, reason: failure }, 'series could not be forecast');
  }

  #countDropped({ tooOld, ahead, newServers }: IngestSummary): void {
    if (tooOld > 0) this.#events.onDropped('too_old', tooOld);
    if (ahead > 0) this.#events.onDropped('ahead', ahead);
    for (const server of newServers) this.#log.debug({ server }, 'server appeared');
  }
}

/** The straight line for one configuration: sources → windows → model → scoring. Holds what lives from cycle to cycle. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { ConfigError, ModelError, SourceError } from '../../core/errors.js';
import type { FleetReport } from '../../core/fleet.js';
import type { Frame, SampleBatch } from '../../core/flow.js';
import { isServer } from '../../core/frame.js';
import { OWN_METRICS, OWN_SUBJECT, type OwnFigures } from '../../core/ownFigures.js';
import type { ServerLabels } from '../../core/serverLabels.js';
import type { TruthReport } from '../../core/truth.js';
import type { MaintenanceStatus, ServerView } from '../../exposition/cycleView.js';
import { LevelMemory } from '../../scoring/riskLevel.js';
import { categoriesOf } from '../../scoring/targetOptions.js';
import { PUSH_SOURCE } from '../../sources/push/pushSource.js';
import type { PullEvent, PullSummary, Source } from '../../sources/source.js';
import type { ActedUpon } from '../../truth/incidents/incidentLedger.js';
import type { PastMaintenance } from '../../windows/maintenance.js';
import { type IngestSummary, WindowStore } from '../../windows/store.js';
import { type CycleResult, runCycle } from '../cycle.js';
import { Explainer } from '../explain/explainer.js';
import { ForecastPool, type PoolActivity, type PoolReport } from '../forecasting/pool.js';
import { resolveModelPath } from '../modelPath.js';
import { openSources } from '../openSources.js';
import { FleetMonitor } from './fleetMonitor.js';
import { ForecastLedger } from './forecastLedger.js';
import { Maintenance } from './maintenance.js';
import { type CycleWork, ownSamples, ownWindow, recallOwn } from './ownFigures.js';
import { Precedence } from './precedence.js';
import { ServerProfiles } from './serverProfiles.js';

/** What the exporter counts of a pull. */
export interface PipelineEvents {
  readonly onPull: (summary: PullSummary) => void;
  readonly onDropped: (reason: 'too_old' | 'ahead', count: number) => void;
  /** While history loads: pieces of work done, of a total. */
  readonly onHistory: (source: string, done: number, total: number) => void;
}

export interface OpenOptions {
  /** Instead of the configured ones. */
  readonly sources?: readonly Source[];
  /** What clients push, besides. */
  readonly push?: PushedRecords;
  /** The model to serve, where it is not the configured one. */
  readonly modelPath?: string;
  /** Past maintenance, as the pipeline before knew it; without, as the data folder has it. */
  readonly pastMaintenance?: readonly PastMaintenance[];
  /** The levels of the risks, as the pipeline before held them; without, they begin with the first cycle. */
  readonly levels?: LevelMemory;
  /** linborg's own figures, as the pipeline before kept them; without, as Prometheus recorded them. */
  readonly own?: SampleBatch;
  /** Ends the opening. */
  readonly signal?: AbortSignal;
}

/** Records that clients push, as far as a pipeline is concerned. */
export interface PushedRecords {
  /** A source of their own for each pipeline. */
  source(): Source;
  /** The frame of a server that is pushed and not pulled: not warm before it has the records that it needs. */
  judge(frame: Frame): Frame;
}

/** A model in service: its workers, and what is known of its forecasts. */
interface Serving {
  readonly path: string;
  readonly pool: ForecastPool;
  readonly report: PoolReport;
  readonly ledger: ForecastLedger;
  /** Workers that died and no cycle has told of yet. */
  readonly deaths: { count: number };
}

/** Starts the workers of a model. Throws ModelError or ConfigError if they cannot serve this configuration. */
async function openServing(config: Config, path: string, log: Logger, signal?: AbortSignal): Promise<Serving> {
  const { engine, workers } = config.model;
  const deaths = { count: 0 };
  const { pool, report } = await ForecastPool.start({
    modelPath: await resolveModelPath(path),
    engine,
    workers,
    onDeath: (message) => {
      deaths.count++;
      log.error({ reason: message }, 'a forecasting worker died and is being replaced');
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const { stepSeconds } = config.windows;
  const { manifest } = report;
  const step = (manifest.input as { step_seconds?: number }).step_seconds;
  if (step !== stepSeconds) {
    await pool.close();
    throw new ConfigError(`step is ${stepSeconds} s; the model in ${path} works at ${step} s`);
  }
  const { name: model, training_inputs: trainingInputs } = manifest;
  return {
    path,
    pool,
    report,
    deaths,
    ledger: new ForecastLedger({
      ...{ model, stepSeconds, trainingInputs },
      options: config.truth,
      thresholds: config.thresholds,
    }),
  };
}

/** What a cycle gives to the doors. */
export interface PipelineCycle extends CycleResult {
  /** How good the forecasts have been; undefined where nobody keeps a ledger. */
  readonly truth: TruthReport | undefined;
  readonly maintenance: readonly MaintenanceStatus[];
  readonly fleet: FleetReport;
  readonly work: CycleWork;
}

/** Own figures that wait while no cycle succeeds: a day of cycles of a minute. */
const MOST_PENDING = 1440;

export class Pipeline {
  readonly config: Config;
  readonly sources: readonly Source[];
  readonly maintenance: Maintenance;
  readonly #store: WindowStore;
  readonly #push: PushedRecords | undefined;
  readonly #precedence: Precedence;
  readonly #profiles: ServerProfiles;
  readonly #fleet: FleetMonitor;
  readonly explainer = new Explainer();
  /** The levels of the risks, from cycle to cycle. */
  readonly levels: LevelMemory;
  /** Ends learning from the past. */
  readonly #closing = new AbortController();
  #isTaught = false;
  #serving: Serving;
  /** Workers of former models, ended when no cycle can be using them. */
  readonly #retired: ForecastPool[] = [];
  readonly #log: Logger;
  readonly #events: PipelineEvents;
  /** Per source: epoch seconds up to which it has been read; undefined before its history came. */
  readonly #readUntil = new Map<Source, number>();
  /** Labels that each source passes through, by server. */
  readonly #labels = new Map<Source, ReadonlyMap<string, ServerLabels>>();
  /** Why series of the last cycle could not be forecast; undefined if all were. */
  #forecastFailure: string | undefined;
  #isClosed = false;
  /** Own figures that the windows have not taken in yet; undefined while those of the past are to be read. */
  #own: SampleBatch[] | undefined;
  /** Names of own figures that targets of the configuration have, too: theirs come from Prometheus. */
  readonly #takenNames: ReadonlySet<string>;

  private constructor(
    parts: {
      config: Config;
      sources: readonly Source[];
      serving: Serving;
      maintenance: Maintenance;
      levels: LevelMemory;
      own: SampleBatch | undefined;
      push: PushedRecords | undefined;
      profiles: ServerProfiles;
    },
    log: Logger,
    events: PipelineEvents,
  ) {
    this.config = parts.config;
    this.sources = parts.sources;
    this.maintenance = parts.maintenance;
    this.levels = parts.levels;
    this.#serving = parts.serving;
    this.#store = new WindowStore(parts.config.windows);
    const { targets } = parts.config;
    this.#fleet = new FleetMonitor(
      new Map([...OWN_METRICS.map((name) => [name, 'ai_engine'] as const), ...categoriesOf(targets)]),
    );
    this.#takenNames = new Set(targets.map(({ name }) => name));
    this.#own = parts.own && [parts.own];
    this.#push = parts.push;
    this.#precedence = new Precedence(parts.config.windows.staleAfterSeconds);
    this.#profiles = parts.profiles;
    this.#log = log;
    this.#events = events;
  }

  /**
   * Opens sources and starts the workers.
   * @throws ConfigError, PackError, SourceError or ModelError for what a person must mend
   */
  static async open(config: Config, log: Logger, events: PipelineEvents, options: OpenOptions = {}): Promise<Pipeline> {
    const { push } = options;
    const pulled = options.sources ?? (await openSources(config));
    const sources = push === undefined ? pulled : [...pulled, push.source()];
    try {
      const serving = await openServing(config, options.modelPath ?? config.model.path, log, options.signal);
      const { pastMaintenance: past } = options;
      const profiles = new ServerProfiles({
        rules: config.windows.profiles,
        profileLabels: [...new Set(config.sources.flatMap(({ prometheus }) => prometheus.profile_labels))],
        fromBehaviour: config.windows.profilesFromBehaviour,
      });
      const maintenance = await Maintenance.open({
        ...{ config, sources, log, ...(past === undefined ? {} : { past }) },
        isPushed: push !== undefined,
        profileOf: (server) => profiles.decide(server).profile,
      });
      const levels = options.levels ?? new LevelMemory(config.cycleSeconds);
      const { own } = options;
      return new Pipeline({ config, sources, serving, maintenance, levels, own, push, profiles }, log, events);
    } catch (error) {
      for (const source of sources) source.close();
      throw error;
    }
  }

  /** What the workers run now. */
  get report(): PoolReport {
    return this.#serving.report;
  }

  /** What the workers did since this was last asked. */
  takeActivity(): PoolActivity {
    return this.#serving.pool.takeActivity();
  }

  /** The folder of the model that serves. */
  get modelPath(): string {
    return this.#serving.path;
  }

  /**
   * Puts the model of another folder into service from the next cycle on; what the ledger knew of the former does not hold
   * for it. Throws ModelError if it cannot be used: then nothing changes.
   */
  async changeModel(path: string): Promise<void> {
    const next = await openServing(this.config, path, this.#log, this.#closing.signal);
    // A cycle may still be using the former one.
    this.#retired.push(this.#serving.pool);
    this.#serving = next;
    this.#isTaught = false;
    if (this.#isClosed) await next.pool.close();
  }

  /**
   * Pulls what is new, forecasts and scores.
   * @param actedUpon  spans that show what an action did and not what was forecast
   * @throws SourceError if no source could be read at all, ModelError if not one series could be forecast
   */
  async cycle(now: number, actedUpon: readonly ActedUpon[] = []): Promise<PipelineCycle> {
    try {
      return await this.#run(now, actedUpon);
    } catch (error) {
      this.explainer.end(undefined);
      throw error;
    }
  }

  async #run(now: number, actedUpon: readonly ActedUpon[]): Promise<PipelineCycle> {
    const { pool, ledger, report, deaths } = this.#serving;
    await Promise.all(this.#retired.splice(0).map((retired) => retired.close()));
    const isFirst = this.sources.some((source) => !this.#readUntil.has(source));
    const summaries = await this.#pullAll(now);
    const reached = summaries.filter(({ outage }) => outage === undefined);
    if (reached.length === 0) throw summaries[0]?.outage ?? new SourceError('no source is configured');
    // The sources' own clock is the one that the samples carry.
    const at = Math.max(...reached.map((summary) => summary.at));
    await this.#takeInOwn(at);
    for (const server of this.#store.forgetSilent(at)) {
      ledger.forget(server);
      this.#fleet.forget(server);
      this.levels.forget(server);
      this.#precedence.forget(server);
      this.#profiles.forget(server);
      this.#log.info({ server }, 'server forgotten after long silence');
    }
    await this.maintenance.update(at, (source) => reached.some((summary) => summary.source === source.name));
    await this.#profiles.learn(at, () => this.#frames(at));
    const frames = this.#frames(at);
    this.explainer.begin();
    ledger.begin(frames, at, actedUpon);
    const forecaster = { model: report.manifest.name, ...ledger.wishes(frames, at) };
    const startedAt = performance.now();
    const result = await runCycle(frames, at, this.config.thresholds, {
      ...forecaster,
      forecastRows: (job) => pool.forecast(job),
    });
    const forecastSeconds = (performance.now() - startedAt) / 1000;
    if (this.#isClosed) throw new SourceError('the cycle was ended half-way');
    this.#sayFailures(result);
    if (result.failure !== undefined && result.servers.every(({ forecasts }) => forecasts.length === 0)) {
      throw new ModelError(`none of ${result.failedSeries} series could be forecast: ${result.failure}`);
    }
    const servers = result.servers.map((view) => this.#dressed(view));
    const workerDeaths = deaths.count;
    deaths.count = 0;
    this.explainer.end({
      ...{ at, servers, thresholds: this.config.thresholds },
      forecaster: { ...forecaster, forecastRows: (job) => pool.forecast(job, true) },
    });
    return {
      ...result,
      servers,
      truth: ledger.end(result),
      fleet: await this.#fleet.observe(result),
      maintenance: this.maintenance.status(frames.filter(isServer), at),
      work: { pulls: isFirst ? undefined : summaries, forecastSeconds, workerDeaths },
    };
  }

  /** Keeps what a cycle came to for the window that linborg itself has; the next cycle shows it. @param at  epoch seconds */
  noteOwn(figures: OwnFigures, at: number): void {
    if (this.#own === undefined) return;
    this.#own.push(ownSamples(figures, at, this.#takenNames));
    if (this.#own.length > MOST_PENDING) this.#own.shift();
  }

  /** The own figures so far, for the pipeline of a reload. */
  ownFigures(at: number): SampleBatch | undefined {
    const frame = this.#store.frame(OWN_SUBJECT, at);
    return frame && ownWindow(frame, at);
  }

  /** Learns from forecasts of the past, once; resolves when done. Meanwhile cycles go on. @param actedUpon  as for `cycle` */
  async learn(at: number, actedUpon: readonly ActedUpon[] = []): Promise<void> {
    if (this.#isTaught) return;
    this.#isTaught = true;
    const { pool, ledger } = this.#serving;
    await ledger.learn({
      forecastRows: (job) => pool.forecast(job),
      frames: () => this.#frames(at),
      sources: this.sources,
      selector: this.config.historical.selector,
      actedUpon,
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
    await Promise.all([this.#serving.pool, ...this.#retired].map((pool) => pool.close()));
  }

  /** With the level held from the cycles before, and the labels that come from the first source that has some. */
  #dressed(view: ServerView): ServerView {
    const { server } = view.frame;
    const labels = this.sources
      .map((source) => this.#labels.get(source)?.get(server))
      .find((some) => some !== undefined);
    return {
      ...view,
      ...(view.risk === undefined ? {} : { risk: this.levels.hold(view.risk) }),
      ...(labels === undefined ? {} : { labels }),
    };
  }

  /** Whether a server's samples come from a source that is asked, at epoch second `at`. */
  isPulled(server: string, at: number): boolean {
    return this.#precedence.isPulled(server, at);
  }

  #frames(at: number): Frame[] {
    const push = this.#push;
    const frames = this.#profiles.dress(this.#store.frames(at));
    if (push === undefined) return this.maintenance.mark(frames);
    return this.maintenance.mark(frames.map((frame) => (this.isPulled(frame.server, at) ? frame : push.judge(frame))));
  }

  /** What is pushed comes last: it gives way to what is pulled. */
  async #pullAll(now: number): Promise<PullSummary[]> {
    const asked = this.sources.filter(({ name }) => name !== PUSH_SOURCE);
    const pushed = this.sources.filter(({ name }) => name === PUSH_SOURCE);
    const summaries = await Promise.all(asked.map((source) => this.#pull(source, now)));
    for (const source of pushed) summaries.push(await this.#pull(source, now));
    return summaries;
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
    if (summary.labels !== undefined) this.#labels.set(source, summary.labels);
    if (summary.askedLabels !== undefined) this.#profiles.tellLabels(source.name, summary.askedLabels);
    if (!this.#isClosed) this.#events.onPull(summary);
    return summary;
  }

  async #takeIn(source: Source, events: AsyncIterable<PullEvent>): Promise<PullSummary> {
    for await (const event of events) {
      if (event.kind === 'summary') return event.summary;
      this.explainer.begin();
      this.#ingest(event.batch);
      if (!this.#readUntil.has(source)) this.#events.onHistory(source.name, event.done, event.total);
    }
    throw new SourceError(`${source.name} ended its answer without a summary`);
  }

  /** At the first time, what Prometheus recorded before a restart; it knows only what was scraped. */
  async #takeInOwn(at: number): Promise<void> {
    const { windows, historical } = this.config;
    const { historySeconds, stepSeconds } = windows;
    const times = { at, historySeconds, stepSeconds };
    this.#own ??= [await recallOwn({ sources: this.sources, ...times, selector: historical.selector, log: this.#log })];
    for (const batch of this.#own.splice(0)) this.#countDropped(this.#store.ingest(batch));
  }

  #ingest(batch: SampleBatch): void {
    const isPushed = batch.source === PUSH_SOURCE;
    // Nobody gives way where nobody pushes.
    if (!isPushed && this.#push) this.#precedence.note(batch);
    this.#countDropped(this.#store.ingest(isPushed ? this.#precedence.yielding(batch) : batch));
    for (const [server, { maintenance, profile }] of batch.notes ?? []) {
      if (profile !== undefined) this.#profiles.tellRecord(server, profile);
      if (maintenance.length > 0) this.maintenance.observe(server, maintenance);
    }
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

/** The straight line for one configuration: sources → windows → model → scoring. Holds what lives from cycle to cycle. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { ModelError, SourceError } from '../../core/errors.js';
import type { FleetReport } from '../../core/fleet.js';
import type { Frame, SampleBatch } from '../../core/flow.js';
import { isServer } from '../../core/frame.js';
import { OWN_METRICS, OWN_SUBJECT, type OwnFigures } from '../../core/ownFigures.js';
import type { TruthReport } from '../../core/truth.js';
import type { MaintenanceStatus, ServerView } from '../../exposition/cycleView.js';
import type { WorkerActivity } from '../../exposition/exporterMetrics.js';
import { LevelMemory } from '../../scoring/riskLevel.js';
import { categoriesOf } from '../../scoring/targetOptions.js';
import type { Source } from '../../sources/source.js';
import type { ActedUpon } from '../../truth/incidents/incidentLedger.js';
import type { PastMaintenance } from '../../windows/maintenance.js';
import { type CycleResult, runCycle } from '../cycle.js';
import { Explainer } from '../explain/explainer.js';
import type { ForecastPool, PoolReport } from '../forecasting/pool.js';
import { openSources } from '../openSources.js';
import { FleetMonitor } from './fleetMonitor.js';
import type { ForecastLedger } from './forecastLedger.js';
import { Intake, type IntakeEvents, type PushedRecords } from './intake.js';
import { Maintenance } from './maintenance.js';
import { OwnBacklog } from './ownBacklog.js';
import { type CycleWork, ownWindow, recallOwn } from './ownFigures.js';
import { ServerProfiles } from './serverProfiles.js';
import { openServing, type Serving } from './serving.js';

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
  /** Takes the data folder before something is written to it; without, nobody else is thought to. */
  readonly takeFolder?: () => Promise<void>;
  /** Ends the opening. */
  readonly signal?: AbortSignal;
}

/** What a cycle gives to the doors. */
export interface PipelineCycle extends CycleResult {
  /** How good the forecasts have been; undefined where nobody keeps a ledger. */
  readonly truth: TruthReport | undefined;
  readonly maintenance: readonly MaintenanceStatus[];
  readonly fleet: FleetReport;
  readonly work: CycleWork;
}

interface PipelineParts {
  readonly config: Config;
  readonly sources: readonly Source[];
  readonly serving: Serving;
  readonly maintenance: Maintenance;
  readonly profiles: ServerProfiles;
  readonly levels: LevelMemory;
  readonly own: SampleBatch | undefined;
  readonly push: PushedRecords | undefined;
}

export class Pipeline {
  readonly config: Config;
  readonly sources: readonly Source[];
  readonly maintenance: Maintenance;
  readonly explainer = new Explainer();
  /** The levels of the risks, from cycle to cycle. */
  readonly levels: LevelMemory;
  readonly #intake: Intake;
  readonly #profiles: ServerProfiles;
  readonly #fleet: FleetMonitor;
  readonly #own: OwnBacklog;
  readonly #log: Logger;
  #serving: Serving;
  /** Whether the ledger of the model that serves has learnt from the past. */
  #isTaught = false;
  /** Workers of former models, ended when no cycle can be using them. */
  readonly #retired: ForecastPool[] = [];
  /** Why series of the last cycle could not be forecast; undefined if all were. */
  #forecastFailure: string | undefined;
  /** Ends learning from the past. */
  readonly #closing = new AbortController();

  private constructor(parts: PipelineParts, log: Logger, events: IntakeEvents) {
    const { config, sources, maintenance, profiles, push } = parts;
    const { windows, targets } = config;
    const onChange = () => this.explainer.begin();
    this.config = config;
    this.sources = sources;
    this.maintenance = maintenance;
    this.levels = parts.levels;
    this.#serving = parts.serving;
    this.#profiles = profiles;
    this.#intake = new Intake({ windows, sources, push, profiles, maintenance, log, onChange }, events);
    this.#fleet = new FleetMonitor(
      new Map([...OWN_METRICS.map((name) => [name, 'ai_engine'] as const), ...categoriesOf(targets)]),
    );
    this.#own = new OwnBacklog(new Set(targets.map(({ name }) => name)), parts.own);
    this.#log = log;
  }

  /**
   * Opens sources and starts the workers.
   * @throws ConfigError, PackError, SourceError or ModelError for what a person must mend
   */
  static async open(config: Config, log: Logger, events: IntakeEvents, options: OpenOptions = {}): Promise<Pipeline> {
    const { push } = options;
    const pulled = options.sources ?? (await openSources(config));
    const sources = push === undefined ? pulled : [...pulled, push.source(config.windows)];
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
        takeFolder: options.takeFolder ?? (async () => {}),
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
  takeActivity(): WorkerActivity {
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
    const serving = this.#serving;
    await Promise.all(this.#retired.splice(0).map((retired) => retired.close()));
    const { at, pulls } = await this.#bringIn(now, serving.ledger);
    const frames = this.#intake.frames(at);
    this.explainer.begin();
    serving.ledger.begin(frames, at, actedUpon);
    const { result, forecaster, forecastSeconds } = await this.#forecast(serving, frames, at);
    const servers = result.servers.map((view) => this.#dressed(view));
    this.explainer.end({
      ...{ at, servers, thresholds: this.config.thresholds },
      forecaster: { ...forecaster, forecastRows: (job) => serving.pool.forecast(job, true) },
    });
    return {
      ...result,
      servers,
      truth: serving.ledger.end(result),
      fleet: await this.#fleet.observe(result),
      maintenance: this.maintenance.status(frames.filter(isServer), at),
      work: { pulls, forecastSeconds, workerDeaths: serving.takeDeaths() },
    };
  }

  /** Brings windows, maintenance and profiles up to now, by the clock that the samples carry: the sources' own. */
  async #bringIn(
    now: number,
    ledger: ForecastLedger,
  ): Promise<{ readonly at: number; readonly pulls: CycleWork['pulls'] }> {
    const { isFirst } = this.#intake;
    const summaries = await this.#intake.pull(now);
    const reached = summaries.filter(({ outage }) => outage === undefined);
    if (reached.length === 0) throw summaries[0]?.outage ?? new SourceError('no source is configured');
    const at = Math.max(...reached.map((summary) => summary.at));
    for (const batch of await this.#own.take(() => this.#recallOwn(at))) this.#intake.ingest(batch);
    for (const server of this.#intake.forgetSilent(at)) {
      ledger.forget(server);
      this.#fleet.forget(server);
      this.levels.forget(server);
      this.#log.info({ server }, 'server forgotten after long silence');
    }
    await this.maintenance.update(at, (source) => reached.some((summary) => summary.source === source.name));
    await this.#profiles.learn(at, () => this.#intake.frames(at));
    return { at, pulls: isFirst ? undefined : summaries };
  }

  async #forecast({ pool, ledger, report }: Serving, frames: readonly Frame[], at: number) {
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
    return { result, forecaster, forecastSeconds };
  }

  /** Keeps what a cycle came to for the window that linborg itself has; the next cycle shows it. @param at  epoch seconds */
  noteOwn(figures: OwnFigures, at: number): void {
    this.#own.note(figures, at);
  }

  /** The own figures so far, for the pipeline of a reload. */
  ownFigures(at: number): SampleBatch | undefined {
    const frame = this.#intake.frame(OWN_SUBJECT, at);
    return frame && ownWindow(frame, at);
  }

  /** Learns from forecasts of the past, once; resolves when done. Meanwhile cycles go on. @param actedUpon  as for `cycle` */
  async learn(at: number, actedUpon: readonly ActedUpon[] = []): Promise<void> {
    if (this.#isTaught) return;
    this.#isTaught = true;
    const { pool, ledger } = this.#serving;
    await ledger.learn({
      forecastRows: (job) => pool.forecast(job),
      frames: () => this.#intake.frames(at),
      sources: this.sources,
      selector: this.config.historical.selector,
      actedUpon,
      at,
      log: this.#log,
      signal: this.#closing.signal,
    });
  }

  /** Whether a server's samples come from a source that is asked, at epoch second `at`. */
  isPulled(server: string, at: number): boolean {
    return this.#intake.isPulled(server, at);
  }

  /** Ends pulls and workers, whatever they are doing. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#intake.close();
    await Promise.all([this.#serving.pool, ...this.#retired].map((pool) => pool.close()));
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** With the level held from the cycles before, and the labels that a source passes through. */
  #dressed(view: ServerView): ServerView {
    const labels = this.#intake.labelsOf(view.frame.server);
    return {
      ...view,
      ...(view.risk === undefined ? {} : { risk: this.levels.hold(view.risk) }),
      ...(labels === undefined ? {} : { labels }),
    };
  }

  /** What Prometheus recorded before a restart; it knows only what was scraped. */
  #recallOwn(at: number): Promise<SampleBatch> {
    const { windows, historical } = this.config;
    const { historySeconds, stepSeconds } = windows;
    const { sources } = this;
    return recallOwn({ sources, at, historySeconds, stepSeconds, selector: historical.selector, log: this.#log });
  }

  /** Once per change: a cycle that fails like the one before says nothing new. */
  #sayFailures({ failedSeries, failure }: CycleResult): void {
    if (failure === this.#forecastFailure) return;
    this.#forecastFailure = failure;
    if (failure === undefined) this.#log.info('all series can be forecast again');
    else this.#log.error({ series: failedSeries, reason: failure }, 'series could not be forecast');
  }
}

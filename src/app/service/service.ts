/** linborg running: cycles on a schedule, doors open, reload and shutdown. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { PartialReloadError } from '../../core/errors.js';
import { createWebServer, type WebServer } from '../../web/server.js';
import { PolicyRunner } from '../policy/policyRunner.js';
import type { FleetLearning } from '../retraining/fleetLearning.js';
import type { LearningSettings } from '../retraining/learningStore.js';
import { Cycles } from './cycles.js';
import { DataFolder } from './dataFolder.js';
import { ExporterState } from './exporterState.js';
import type { IntakeEvents } from './intake.js';
import { type LearningSource, learningSettings, openLearning, openWithLearning } from './learning.js';
import { Pipeline } from './pipeline.js';
import { PushFeed } from './pushFeed.js';
import { QueryFailures } from './queryFailures.js';
import { RecordedHistory } from './recordedHistory.js';

export interface ServiceParts {
  readonly config: Config;
  /** Reads the configuration again, for a reload. */
  readonly readConfig: () => Promise<Config>;
  readonly log: Logger;
  /** Ends a start under way, which then throws. */
  readonly signal?: AbortSignal;
  /** For learning from the fleet; without, nothing is trained and there are no doors of the model. */
  readonly learning?: LearningSource;
  /** While history loads, for a person who watches. */
  readonly onHistory?: (source: string, done: number, total: number) => void;
}

/** What a start has taken before there is a service. */
interface Opened {
  readonly stopping: AbortController;
  readonly data: DataFolder;
}

/** How long a cycle under way may take to notice that everything is being stopped. */
const STOP_MILLISECONDS = 3000;

const now = () => Date.now() / 1000;

export class Service {
  readonly #parts: ServiceParts;
  readonly #log: Logger;
  #pipeline: Pipeline;
  #cycles: Cycles | undefined;
  #web: WebServer | undefined;
  #learning: FleetLearning | undefined;
  #policy: PolicyRunner | undefined;
  #push: PushFeed | undefined;
  readonly #data: DataFolder;
  #reloading: Promise<void> | undefined;
  /** Waits for the one under way, which may have read the configuration before it was changed. */
  #nextReload: Promise<void> | undefined;
  /** Aborted by `stop`: ends a reload under way. */
  readonly #stopping: AbortController;
  readonly state: ExporterState;

  private constructor(parts: ServiceParts, pipeline: Pipeline, opened: Opened) {
    this.#parts = parts;
    this.#stopping = opened.stopping;
    this.#data = opened.data;
    this.#log = parts.log;
    this.#pipeline = pipeline;
    this.state = new ExporterState(pipeline, now());
  }

  /** Opens everything; the first cycle runs in the background. Throws what `Pipeline.open` and the web server throw. */
  static async start(parts: ServiceParts): Promise<{ readonly service: Service; readonly url: string }> {
    const data = new DataFolder(parts.config, parts.log);
    await data.claim(parts.config);
    try {
      return await Service.#start(parts, data);
    } catch (error) {
      await data.release();
      throw error;
    }
  }

  static async #start(parts: ServiceParts, data: DataFolder): Promise<{ service: Service; url: string }> {
    let service: Service | undefined;
    const stopping = new AbortController();
    if (parts.signal?.aborted) stopping.abort();
    parts.signal?.addEventListener('abort', () => stopping.abort(), { once: true });
    const events = eventsFor(parts, () => service?.state);
    const push = await openPush(parts, () => service);
    const open = (modelPath?: string) =>
      Pipeline.open(parts.config, parts.log, events, {
        signal: stopping.signal,
        takeFolder: () => data.take(),
        ...(push === undefined ? {} : { push }),
        ...(modelPath === undefined ? {} : { modelPath }),
      });
    const learning = await Service.#openLearning(parts, data, () => service);
    const pipeline = learning ? await openWithLearning(learning, open) : await open();
    const { engine, manifest } = pipeline.report;
    parts.log.info({ engine: engine.kind, version: engine.version, reason: engine.reason }, 'engine loaded');
    parts.log.info({ model: manifest.name, parameters: manifest.weights.parameters }, 'model loaded');
    service = new Service(parts, pipeline, { stopping, data });
    service.#learning = learning;
    service.#push = push;
    push?.publish(service.state.exporter);
    try {
      service.#policy = await service.#openPolicy();
      service.#cycles = service.#createCycles(service.#policy);
      service.#web = service.#createDoors(service.#policy);
      const url = await service.#web.start();
      parts.log.info({ url }, 'listening');
      void push?.load();
      service.#cycles.start();
      return { service, url };
    } catch (error) {
      await pipeline.close();
      throw error;
    }
  }

  /** What learns from the fleet; undefined where nothing is to. */
  static async #openLearning(
    { learning, config, log }: ServiceParts,
    data: DataFolder,
    service: () => Service | undefined,
  ): Promise<FleetLearning | undefined> {
    return (
      learning &&
      (await openLearning(learning, config, {
        ...{ log, clock: now },
        takeFolder: () => data.take(),
        serve: (path) => service()!.#changeModel(path),
        onOutcome: (reason, outcome) => service()?.state.exporter.retrained(reason, outcome),
      }))
    );
  }

  #openPolicy(): Promise<PolicyRunner> {
    const { config, log } = this.#parts;
    return PolicyRunner.open({
      options: config.policy,
      dataFolder: config.retrain.dataFolder,
      log,
      clock: now,
      random: Math.random,
      onDecided: (rule, action, outcome) => this.state.exporter.actionDecided(rule, action, outcome),
    });
  }

  #createCycles(policy: PolicyRunner): Cycles {
    return new Cycles({
      state: this.state,
      pipeline: () => this.#pipeline,
      policy,
      learning: this.#learning,
      stopping: this.#stopping.signal,
      log: this.#log,
      clock: now,
    });
  }

  #createDoors(actions: PolicyRunner): WebServer {
    const { config, log } = this.#parts;
    const learning = this.#learning;
    const push = this.#push;
    return createWebServer({
      options: config.web,
      state: this.state,
      reload: () => this.reload(),
      ...(learning === undefined ? {} : { learning }),
      ...(push === undefined ? {} : { push }),
      actions,
      // Of whatever pipeline serves then.
      explain: { explain: (server) => this.#pipeline.explainer.explain(server) },
      history: new RecordedHistory(() => {
        const { sources, config } = this.#pipeline;
        return { sources, selector: config.historical.selector };
      }, now),
      log,
      now,
    });
  }

  /**
   * Reads the configuration again and puts it into force once its sources and model are open; a faulty one changes nothing.
   * Listen address, whether TLS is spoken and whether records may be pushed stay as they were at the start. One reload at a time:
   * those that are asked for meanwhile are one more, after it.
   */
  reload(): Promise<void> {
    if (this.#reloading === undefined) {
      this.#reloading = this.#reload().finally(() => {
        this.#reloading = undefined;
      });
      return this.#reloading;
    }
    const again = () => {
      this.#nextReload = undefined;
      return this.reload();
    };
    this.#nextReload ??= this.#reloading.then(again, again);
    return this.#nextReload;
  }

  /** Ends cycles, workers and doors, within five seconds whatever is going on. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const idle = Promise.all([this.#cycles?.stop(), this.#reloading?.catch(() => {})]);
    await this.#web?.stop();
    await Promise.all([
      this.#pipeline.close(),
      this.#learning?.close(),
      this.#policy?.close(),
      this.#cycles?.close(),
      this.#push?.close(),
    ]);
    await this.#pipeline.maintenance.save(now(), true);
    await this.#data.release();
    await Promise.race([idle, sleep(STOP_MILLISECONDS, undefined, { ref: false })]);
  }

  /** How warm a server that is pulled was in the newest cycle; undefined for one that is not pulled. */
  pulledWarmth(server: string, at: number): number | undefined {
    if (!this.#pipeline.isPulled(server, at)) return undefined;
    return this.state.cycle()?.find(server)?.frame.quality.warmupRatio ?? 1;
  }

  /** Another one may have been put into service while a new pipeline read its history. */
  async #serveChosenModel(): Promise<void> {
    const chosen = this.#learning?.servingPath;
    if (chosen !== undefined && chosen !== this.#pipeline.modelPath) await this.#changeModel(chosen);
  }

  /** Another model serves from the next cycle on. Throws ModelError if it cannot be used. */
  async #changeModel(path: string): Promise<void> {
    await this.#pipeline.changeModel(path);
    this.state.modelChanged();
    this.#log.info({ path }, 'another model serves');
  }

  /** Reads a new pipeline's history while the one before still serves: no gap in the risk, however long that takes. */
  async #warmUp(pipeline: Pipeline): Promise<void> {
    const end = () => void pipeline.close();
    this.#stopping.signal.addEventListener('abort', end, { once: true });
    try {
      await pipeline.cycle(now());
    } catch (error) {
      // An outage is no reason to refuse a configuration: its own cycles will say so.
      this.#log.debug({ reason: (error as Error).message }, 'the new sources could not be read yet');
    } finally {
      this.#stopping.signal.removeEventListener('abort', end);
    }
  }

  async #reload(): Promise<void> {
    try {
      this.#stopping.signal.throwIfAborted();
      const config = await this.#parts.readConfig();
      await this.#data.claim(config);
      const adoptWeb = await this.#web?.prepare(config.web);
      const settings = learningSettings(config);
      const pipeline = await this.#openNext(config, await this.#learning?.pathFor(settings));
      await this.#warmUp(pipeline);
      await this.#replacePipeline(pipeline);
      if (this.#stopping.signal.aborted) return await pipeline.close();
      this.state.adopt(pipeline, now());
      adoptWeb?.();
      this.#push?.adopt(config);
      if (config.push.isEnabled !== (this.#push !== undefined)) {
        this.#log.warn({ enabled: config.push.isEnabled }, 'push.enabled takes effect at the next start');
      }
      await this.#adoptRest(config, settings);
      this.#log.info('configuration reloaded');
    } catch (error) {
      if (this.#stopping.signal.aborted) throw error;
      this.state.exporter.configLoaded(false, now());
      const reason = (error as Error).message;
      if (error instanceof PartialReloadError) this.#log.error({ reason }, 'configuration reloaded in part only');
      else this.#log.error({ reason }, 'configuration not reloaded; the one before stays in force');
      throw error;
    }
  }

  /** What follows the pipeline. The cycles go on, whatever becomes of it. */
  async #adoptRest(config: Config, settings: LearningSettings): Promise<void> {
    try {
      await this.#learning?.adopt(settings);
      await this.#serveChosenModel();
      await this.#policy?.adopt(config.policy);
    } catch (cause) {
      throw new PartialReloadError(
        `sources and doors follow the new one, but not all of model, retrain and policy do (${(cause as Error).message}); mend that and reload again`,
        { cause },
      );
    } finally {
      this.#cycles?.start();
    }
  }

  /** A pipeline that knows what the one in force knows beside its samples. */
  #openNext(config: Config, modelPath: string | undefined): Promise<Pipeline> {
    const own = this.#pipeline.ownFigures(now());
    const events = eventsFor(this.#parts, () => this.state);
    return Pipeline.open(config, this.#log, events, {
      signal: this.#stopping.signal,
      takeFolder: () => this.#data.take(),
      pastMaintenance: this.#pipeline.maintenance.past(now()),
      levels: this.#pipeline.levels,
      ...(own === undefined ? {} : { own }),
      ...(this.#push === undefined ? {} : { push: this.#push }),
      ...(modelPath === undefined ? {} : { modelPath }),
    });
  }

  async #replacePipeline(next: Pipeline): Promise<void> {
    const before = this.#pipeline;
    const idle = this.#cycles?.stop();
    this.#pipeline = next;
    // Ends the cycle under way, too: a new address need not wait until the old one has timed out.
    await before.close();
    await idle;
  }
}

/** What clients push; undefined where they may not. */
async function openPush(
  { config, log, onHistory }: ServiceParts,
  service: () => Service | undefined,
): Promise<PushFeed | undefined> {
  if (!config.push.isEnabled) return undefined;
  return PushFeed.open({
    ...{ config, log },
    clock: now,
    pulledWarmth: (server, at) => service()?.pulledWarmth(server, at),
    onLoading: (done, total) => {
      service()?.state.reading('the pushed records on disk', done / total);
      onHistory?.('pushed records on disk', done, total);
    },
  });
}

function eventsFor({ log, onHistory }: ServiceParts, state: () => ExporterState | undefined): IntakeEvents {
  const failures = new QueryFailures(log);
  return {
    onPull: (summary) => {
      state()?.pulled(summary, now());
      failures.report(summary);
    },
    onDropped: (reason, count) => state()?.exporter.samplesDropped(reason, count),
    onHistory: (source, done, total) => {
      state()?.reading(`the history of ${source}`, done / total);
      onHistory?.(source, done, total);
    },
  };
}

/** The cycles of a running linborg: each is shown on all doors, learnt from, acted upon and written down. */
import type { Logger } from 'pino';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import type { PolicyRunner } from '../policy/policyRunner.js';
import type { FleetLearning } from '../retraining/fleetLearning.js';
import type { ExporterState } from './exporterState.js';
import { FutureWriter } from './futureWriter.js';
import { figuresOf } from './ownFigures.js';
import type { Pipeline, PipelineCycle } from './pipeline.js';
import { type Schedule, startSchedule } from './scheduler.js';

export interface CyclesParts {
  readonly state: ExporterState;
  /** The one in force, which a reload changes. */
  readonly pipeline: () => Pipeline;
  readonly policy: PolicyRunner;
  readonly learning: FleetLearning | undefined;
  /** Aborted when everything is being stopped: nothing starts then, and what fails is no news. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  /** Epoch seconds now. */
  readonly clock: () => number;
}

export class Cycles {
  readonly #parts: CyclesParts;
  readonly #futureWriter: FutureWriter;
  #schedule: Schedule | undefined;

  constructor(parts: CyclesParts) {
    this.#parts = parts;
    const { state, log, clock } = parts;
    this.#futureWriter = new FutureWriter({ exporter: state.exporter, log, clock, random: Math.random });
  }

  /** Runs one now and then one at each interval of the pipeline that is in force now. */
  start(): void {
    const { state, pipeline, stopping, log, clock } = this.#parts;
    // A reload may come to its end after the stop.
    if (stopping.aborted) return;
    const { cycleSeconds } = pipeline().config;
    const skip = () => {
      state.skipped();
      pipeline().noteOwn({ linborg_failed_cycles_ratio: 1 }, clock());
      log.warn({ cycleSeconds }, 'a cycle was skipped: the one before still runs');
    };
    this.#schedule = startSchedule(cycleSeconds, () => this.#run(), skip);
  }

  /** Starts no more; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    await this.#schedule?.stop();
  }

  /** Ends what is still being written. */
  async close(): Promise<void> {
    await this.#futureWriter.close();
  }

  async #run(): Promise<void> {
    const { state, policy, learning, stopping, log, clock } = this.#parts;
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    const pipeline = this.#parts.pipeline();
    try {
      const actedUpon = policy.actedUponSpans();
      const result = await pipeline.cycle(clock(), actedUpon);
      await this.#publish(pipeline, result, seconds);
      void pipeline.learn(result.at, actedUpon);
      policy.observe(result);
      // Asked for before the next pull changes the windows.
      const excluded = () => this.#excludedFromTraining(pipeline, result);
      await learning?.observe(result, { drift: result.truth?.drift, excluded });
      await pipeline.maintenance.save(result.at);
    } catch (error) {
      if (stopping.aborted || pipeline !== this.#parts.pipeline()) return;
      const reason = (error as Error).message;
      // The reason may change from refused to reset and back; the state changes once.
      const isNew = state.cycles().lastFailure === undefined;
      state.failed(reason, seconds(), clock());
      pipeline.noteOwn({ linborg_failed_cycles_ratio: 1 }, clock());
      if (isNew) log.warn({ reason }, 'cycle failed; the next one tries again');
    }
  }

  /** Shows a cycle on all doors and notes what it cost. @param seconds  since its begin, now */
  async #publish(pipeline: Pipeline, result: PipelineCycle, seconds: () => number): Promise<void> {
    const { state, log, clock } = this.#parts;
    const { succeeded, lastFailure } = state.cycles();
    const published = await state.succeeded(result, seconds(), clock());
    this.#futureWriter.offer(published, { exported: pipeline.config.export, future: pipeline.config.future });
    const facts = { servers: published.servers.length, seconds: Number(seconds().toFixed(2)) };
    const isFirst = succeeded === 0;
    if (isFirst || lastFailure !== undefined) {
      log.info(facts, isFirst ? 'first cycle done' : 'cycles succeed again');
    } else log.debug(facts, 'cycle done');
    const droppedSeries = published.metrics.dropped;
    const residentBytes = process.memoryUsage.rss();
    const figures = figuresOf(result, { seconds: seconds(), droppedSeries, residentBytes });
    if (figures) pipeline.noteOwn(figures, result.at);
  }

  /** Spans that show what an action did, or maintenance, and not how servers usually are. */
  #excludedFromTraining(pipeline: Pipeline, { servers, at }: PipelineCycle): ExcludedSpan[] {
    const frames = servers.map(({ frame }) => frame);
    return [...this.#parts.policy.actedUponSpans(), ...pipeline.maintenance.excluded(frames, at)];
  }
}

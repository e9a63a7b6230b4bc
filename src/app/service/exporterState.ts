/** What the doors show: the newest cycle, how the cycles go, which model and configuration are in force. */
import { renderConfig } from '../../config/render.js';
import type { EarlierForecasts } from '../../core/flow.js';
import { rankServers } from '../../exposition/cycleView.js';
import { ExporterMetrics } from '../../exposition/exporterMetrics.js';
import { Turns } from '../../exposition/future/turns.js';
import type { FutureOptions } from '../../exposition/options.js';
import { type PublishedCycle, publishCycle } from '../../exposition/publishedCycle.js';
import type { CycleRecord, CycleTotals, QueryView, SourceStatus, StateView } from '../../exposition/state.js';
import type { BuildSummary, ModelCard, ModelSummary } from '../../exposition/summaries.js';
import type { PullSummary } from '../../sources/source.js';
import { PastForecasts } from '../../truth/pastForecasts.js';
import type { PoolReport } from '../forecasting/pool.js';
import { packageVersion } from '../package.js';
import { modelCardOf, modelSummaryOf } from './modelCard.js';
import type { Pipeline, PipelineCycle } from './pipeline.js';

/** An hour of cycles of a minute. */
const REMEMBERED_CYCLES = 60;

export class ExporterState implements StateView {
  readonly build: BuildSummary;
  readonly exporter: ExporterMetrics;
  #pipeline: Pipeline;
  #cycle: PublishedCycle | undefined;
  #totals: CycleTotals;
  readonly #sources = new Map<string, SourceStatus>();
  /** By source, metric and alternative: why a query failed in the newest pull. */
  readonly #queryFailures = new Map<string, ReadonlyMap<string, string>>();
  #recent: readonly CycleRecord[] = [];
  #past: PastForecasts;

  constructor(pipeline: Pipeline, startedAt: number) {
    this.#pipeline = pipeline;
    this.build = buildSummary(pipeline.report);
    this.exporter = new ExporterMetrics(this.build);
    this.#totals = { startedAt, intervalSeconds: 0, succeeded: 0, failed: 0, skipped: 0 };
    this.#past = new PastForecasts(this.future().past);
    this.adopt(pipeline, startedAt);
  }

  /** A configuration came into force. The last cycle stays until the new pipeline's first. */
  adopt(pipeline: Pipeline, at: number): void {
    this.#pipeline = pipeline;
    this.#totals = { ...this.#totals, intervalSeconds: pipeline.config.cycleSeconds };
    this.#past = this.#past.adopt(this.future().past);
    this.#sources.clear();
    this.#queryFailures.clear();
    this.exporter.forgetSources();
    for (const { name } of pipeline.sources) {
      this.#sources.set(name, { name, samples: 0 });
      this.exporter.sourcePulled(name, { queries: 0, queriesFailed: 0, samples: 0, duplicateSeries: 0 });
    }
    this.exporter.setModel(this.model());
    this.exporter.configLoaded(true, at);
  }

  /** Another model serves. */
  modelChanged(): void {
    this.exporter.setModel(this.model());
  }

  pulled(summary: PullSummary, at: number): void {
    const { source, outage, samples } = summary;
    const before = this.#sources.get(source);
    this.#sources.set(source, {
      name: source,
      samples: (before?.samples ?? 0) + samples,
      lastSuccessAt: outage ? before?.lastSuccessAt : at,
      lastFailure: outage?.message ?? summary.failures[0]?.error.message,
    });
    this.#queryFailures.set(
      source,
      new Map(summary.failures.map(({ metric, alternative, error }) => [`${metric} ${alternative}`, error.message])),
    );
    this.exporter.targetsPulled(source, summary.targets);
    this.exporter.sourcePulled(source, {
      queries: summary.queries,
      queriesFailed: summary.queriesFailed,
      samples,
      duplicateSeries: summary.duplicatePoints,
      clockSkewSeconds: outage ? undefined : summary.skewSeconds,
    });
  }

  async succeeded(result: PipelineCycle, durationSeconds: number, at: number): Promise<PublishedCycle> {
    const cycle = await publishCycle(
      { ...result, earlier: await this.#rememberForecasts(result) },
      this.#pipeline.config.export,
    );
    this.exporter.forecastsJudged(Math.max(0, (result.truth?.judged ?? 0) - (this.#cycle?.truth?.judged ?? 0)));
    this.#cycle = cycle;
    this.exporter.cycleSucceeded(durationSeconds, at);
    this.exporter.workersActive(this.#pipeline.takeActivity());
    const { failedSeries, failure } = result;
    this.#remember({ at, durationSeconds, servers: cycle.servers.length, failedSeries, failure });
    this.exporter.seriesDropped(cycle.metrics.dropped);
    this.#totals = {
      ...this.#totals,
      succeeded: this.#totals.succeeded + 1,
      lastSuccessAt: at,
      lastDurationSeconds: durationSeconds,
      lastFailure: undefined,
      underWay: undefined,
    };
    return cycle;
  }

  failed(reason: string, durationSeconds: number, at: number): void {
    this.exporter.cycleFailed(durationSeconds);
    this.exporter.workersActive(this.#pipeline.takeActivity());
    this.#remember({ at, durationSeconds, servers: undefined, failedSeries: 0, failure: reason });
    this.#totals = { ...this.#totals, failed: this.#totals.failed + 1, lastFailure: reason };
  }

  /** How far something is that the first cycle waits for. @param share  0–1 */
  reading(what: string, share: number): void {
    if (this.#totals.succeeded > 0) return;
    const percent = Number.isFinite(share) ? `, ${Math.floor(100 * share)} %` : '';
    this.#totals = { ...this.#totals, underWay: `reading ${what}${percent}` };
  }

  skipped(): void {
    this.exporter.cycleSkipped();
    this.#totals = { ...this.#totals, skipped: this.#totals.skipped + 1 };
  }

  cycle(): PublishedCycle | undefined {
    return this.#cycle;
  }

  cycles(): CycleTotals {
    return this.#totals;
  }

  recentCycles(): readonly CycleRecord[] {
    return this.#recent;
  }

  queries(): readonly QueryView[] {
    return this.#pipeline.sources.flatMap((source) =>
      (source.queries?.() ?? []).map((query) => ({
        ...query,
        source: source.name,
        failure: this.#queryFailures.get(source.name)?.get(`${query.metric} ${query.alternative}`),
      })),
    );
  }

  model(): ModelSummary {
    return modelSummaryOf(this.#pipeline.report.manifest, this.#pipeline.modelPath);
  }

  modelCard(): ModelCard {
    return modelCardOf(this.#pipeline.report.manifest, this.#pipeline.modelPath);
  }

  sources(): readonly SourceStatus[] {
    return [...this.#sources.values()];
  }

  warmupBuckets(): number {
    const { minHistorySeconds, stepSeconds } = this.#pipeline.config.windows;
    return Math.ceil(minHistorySeconds / stepSeconds);
  }

  future(): FutureOptions {
    return this.#pipeline.config.future;
  }

  configText(): string {
    return renderConfig(this.#pipeline.config);
  }

  #remember(record: CycleRecord): void {
    this.#recent = [record, ...this.#recent.slice(0, REMEMBERED_CYCLES - 1)];
  }

  /** Keeps what is forecast now for later cycles, the riskiest servers first; tells what was forecast before. */
  async #rememberForecasts({ at, servers }: PipelineCycle): Promise<EarlierForecasts> {
    const { metrics } = this.#pipeline.config.export;
    const made = rankServers(servers).map(({ frame: { server }, forecasts, riskPath }) => ({
      server,
      forecasts: forecasts.filter(({ metric }) => metrics?.has(metric) ?? true),
      riskPath,
    }));
    const earlier = this.#past.asOf(at);
    const turns = new Turns();
    for (const _ of this.#past.remember(at, made)) if (turns.isOver) await turns.next();
    this.exporter.forecastsKept(this.#past.bytes, this.#past.serversLeftOut);
    return earlier;
  }
}

function buildSummary({ engine }: PoolReport): BuildSummary {
  return {
    version: packageVersion(),
    engine: engine.kind === 'native' ? 'tfjs-node' : 'tfjs-wasm',
    backend: engine.kind === 'native' ? 'tensorflow' : 'wasm',
    nodeVersion: process.versions.node,
  };
}

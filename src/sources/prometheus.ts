/** The pull source: Prometheus, or what speaks its HTTP API. */
import { SourceError } from '../core/errors.js';
import type { SampleBatch, SampleSeries } from '../core/flow.js';
import { isMetricName } from '../core/metrics.js';
import type { ServerLabels } from '../core/serverLabels.js';
import type { SourceQuery } from '../core/sourceQuery.js';
import type { MappingPack } from '../mapping/pack.js';
import type { AnswerSeries } from './answer.js';
import type { Choice } from './choice.js';
import { type Client, createClient, type Surroundings } from './client.js';
import { Defaults } from './defaults.js';
import { apiUrl, graphPage } from './grafana.js';
import { bucketAt, lastCompleteBucket, STEP_SECONDS } from './grid.js';
import { Ledger } from './ledger.js';
import {
  bucketExpr,
  type MetricQuery,
  metricQueries,
  oneLine,
  partialExpr,
  queryError,
  type SeriesQuery,
  type TargetQuery,
} from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';
import type { Prober } from './probe.js';
import { Probing } from './probing.js';
import { type Part, Pull } from './pull.js';
import { QueryFailure } from './queryFailure.js';
import { RangeReader } from './reader.js';
import { askedLabels, pickLabels, readServerLabels } from './serverLabels.js';
import { groupByServer, mergeSeries, toSampleSeries } from './serverSeries.js';
import { measureSkew } from './skew.js';
import type { PullEvent, RecordedRange, RecordedSeries, Source } from './source.js';
import type { TargetOptions } from './targetOptions.js';
import { targetQueries, targetSamples } from './targetQuery.js';
import { type Task, tasksOf } from './task.js';

/** How far back an increment catches up, and how long a vanished server is remembered. */
const MAX_CATCH_UP_SECONDS = 8 * 86_400;

/** A source for one entry of the configuration, with extra targets to be asked of it. Throws SourceError for TLS files that cannot be read. */
export async function createPrometheusSource(
  options: PrometheusOptions,
  pack: MappingPack,
  surroundings: Surroundings,
  targets: readonly TargetOptions[] = [],
): Promise<Source> {
  const client = await createClient(options, surroundings);
  return new PrometheusSource({ options, pack, targets }, client, surroundings.clock);
}

interface Asked {
  readonly options: PrometheusOptions;
  readonly pack: MappingPack;
  readonly targets: readonly TargetOptions[];
}

class PrometheusSource implements Source {
  readonly name: string;
  readonly #options: PrometheusOptions;
  readonly #client: Client;
  readonly #clock: () => number;
  readonly #prober: Prober;
  readonly #reader: RangeReader;
  readonly #targets: readonly TargetQuery[];
  #probing: Probing;
  #ledger = new Ledger();
  /** Whom each target brought values of when all of it was last answered. */
  readonly #subjects = new Map<string, readonly string[]>();
  /** Where a metric never read before begins: the start of the history that was asked for. */
  #historyFrom: number | undefined;
  #labels: ReadonlyMap<string, ServerLabels> = new Map();

  constructor({ options, pack, targets }: Asked, client: Client, clock: () => number) {
    this.name = `prometheus ${apiUrl(options)}`;
    this.#options = options;
    this.#client = client;
    this.#clock = clock;
    this.#prober = { client, options, queries: metricQueries(pack, options) };
    this.#probing = new Probing(this.#prober, MAX_CATCH_UP_SECONDS);
    this.#reader = new RangeReader(client, options);
    this.#targets = targetQueries(targets);
  }

  async *history(now: number, seconds: number): AsyncGenerator<PullEvent> {
    this.#probing = new Probing(this.#prober, MAX_CATCH_UP_SECONDS);
    this.#ledger = new Ledger();
    this.#historyFrom = bucketAt(now - seconds);
    yield* this.#pull(now, this.#historyFrom - STEP_SECONDS, seconds);
  }

  async *increment(since: number, now: number): AsyncGenerator<PullEvent> {
    const start = this.#historyFrom === undefined ? since : this.#historyFrom - STEP_SECONDS;
    yield* this.#pull(now, bucketAt(start), MAX_CATCH_UP_SECONDS);
  }

  recorded(expr: string, { from, to, stepSeconds }: RecordedRange): Promise<readonly RecordedSeries[]> {
    return this.#client.range(expr, from, to, stepSeconds);
  }

  queries(): SourceQuery[] {
    const inUse = this.#prober.queries.flat().filter((query) => this.#choice.serversOf(query).length > 0);
    const targets = this.#targets.map((query) => {
      const subjects = this.#subjects.get(query.metric) ?? [];
      return { ...this.#show(query), servers: subjects.length, subjects };
    });
    return [
      ...inUse.map((query) => ({ ...this.#show(query), servers: this.#choice.serversOf(query).length })),
      ...targets,
    ];
  }

  get #choice(): Choice {
    return this.#probing.choice;
  }

  #show(query: SeriesQuery): Pick<SourceQuery, 'metric' | 'alternative' | 'expr' | 'page'> {
    const { metric, alternative } = query;
    const expr = oneLine(bucketExpr(query, this.#options));
    return { metric, alternative: alternative.name, expr, page: graphPage(this.#options, expr) };
  }

  close(): void {
    this.#client.close();
  }

  async *#pull(now: number, since: number, maxSeconds: number): AsyncGenerator<PullEvent> {
    const startedAt = this.#clock();
    const before = this.#client.counts();
    const pull = await this.#begin(now);
    if (pull.outage === undefined) {
      await this.#askLabels(pull);
      await this.#probing.probeIfDue(pull, since, maxSeconds);
      yield* this.#run(pull, since, bucketAt(pull.at - maxSeconds));
    }
    for (const { metric } of this.#targets)
      if (pull.target(metric).isUp) this.#subjects.set(metric, pull.subjectsOf(metric));
    const after = this.#client.counts();
    const requests = {
      queries: after.queries - before.queries,
      queriesFailed: after.queriesFailed - before.queriesFailed,
      warnings: this.#client.takeWarnings(),
      targets: this.#targets.map(({ metric }) => metric),
    };
    const { labels: passed } = this.#options;
    const labels = {
      ...(passed.length === 0 ? {} : { labels: pickLabels(this.#labels, passed) }),
      ...(this.#asksLabels ? { askedLabels: this.#labels } : {}),
    };
    const summary = pull.summary(this.name, this.#clock() - startedAt, requests);
    yield { kind: 'summary', summary: { ...summary, ...labels } };
  }

  /** Goes by the source's clock, and finds out whether it can be reached. */
  async #begin(now: number): Promise<Pull> {
    try {
      const skewSeconds = await measureSkew(this.#client, this.#clock);
      return new Pull(now + skewSeconds, skewSeconds);
    } catch (cause) {
      if (cause instanceof SourceError) return new Pull(now, 0).stopped(cause);
      const message = `${this.name} cannot be read (${(cause as Error).message})`;
      return new Pull(now, 0).stopped(new SourceError(message, { cause }));
    }
  }

  get #asksLabels(): boolean {
    return askedLabels(this.#options).length > 0;
  }

  async #askLabels(pull: Pull): Promise<void> {
    if (!this.#asksLabels) return;
    try {
      this.#labels = await readServerLabels(this.#client, this.#options, pull.at);
    } catch (error) {
      pull.failedNow('labels', error as SourceError);
    }
  }

  async *#run(pull: Pull, since: number, oldest: number): AsyncGenerator<PullEvent> {
    const tasks = this.#tasks(pull, since, oldest);
    const open = new Set(tasks);
    const defaults = new Defaults(this.#options, { from: Math.min(oldest, since), to: bucketAt(pull.at) });
    const total = tasks.length;
    let done = 0;
    try {
      const results = inParallel(tasks, this.#options.max_concurrency, async (task) => {
        const series = await this.#perform(task, pull);
        open.delete(task);
        return series;
      });
      for await (const series of results) {
        done++;
        for (const one of series) if (isMetricName(one.metric)) defaults.saw(one);
        yield { kind: 'batch', batch: this.#batch(pull, series), done, total };
      }
      const added = defaults.series((metric, server) => this.#choice.isAbsent(metric, server));
      if (added.length > 0) yield { kind: 'batch', batch: this.#batch(pull, added), done, total };
    } finally {
      // Whoever stops listening half-way gets the rest with the next increment.
      for (const { query, owed, ...range } of open) if (owed) this.#ledger.fail(query.metric, owed, range, pull.at);
    }
    this.#probing.wantIfLost(pull);
  }

  /** The newest buckets of all metrics first. */
  #tasks(pull: Pull, since: number, oldest: number): Task[] {
    const span = { since, newest: lastCompleteBucket(pull.at), oldest };
    const choice = this.#choice;
    const ofServers = this.#prober.queries.map((queries) =>
      queries
        .filter((query) => choice.serversOf(query).length > 0)
        .map((query) => ({ query, series: choice.carriersOf(query) })),
    );
    const ofTargets = this.#targets.map((query) => [{ query, series: query.target.max_series }]);
    const surroundings = { ledger: this.#ledger, reader: this.#reader };
    return [...ofServers, ...ofTargets]
      .flatMap((queries) => tasksOf(queries, pull.at, span, surroundings))
      .sort((a, b) => b.to - a.to);
  }

  /** Never throws: what fails is in the pull's account, and owed to the next increment. */
  async #perform(task: Task, pull: Pull): Promise<SampleSeries[]> {
    const { query, owed } = task;
    if (pull.outage !== undefined) {
      pull.failed(task, new SourceError(`query for ${query.metric} was not sent (${pull.outage.message})`));
      if (owed) this.#ledger.fail(query.metric, owed, task, pull.at);
      return [];
    }
    if (!owed) return this.#take(task, await this.#readPartial(task, pull), pull);
    // A target is not divided by servers: its query need not have a selector.
    const servers = query.target === undefined ? this.#choice.serversOf(query) : [];
    const { series, failures, partial } = await this.#reader.read(query, task, servers);
    for (const failure of failures) {
      pull.failed({ query, from: failure.from, to: failure.to }, failure.error, failure.cause);
      this.#ledger.fail(query.metric, owed, failure, pull.at);
    }
    for (const range of partial) this.#ledger.completeLater(query.metric, owed, range, pull.at);
    if (failures.length === 0) pull.succeeded();
    return this.#take(task, series, pull);
  }

  #take(task: Task, answer: readonly AnswerSeries[], pull: Pull): SampleSeries[] {
    const { query, owed } = task;
    if (query.target === undefined) return this.#toSamples(query, answer, pull);
    try {
      const samples = targetSamples(query, answer, this.#options.server_label, pull.counts);
      for (const { server, values } of samples) {
        if (values.some(Number.isFinite)) pull.sawSubject(query.metric, server);
      }
      return samples;
    } catch (error) {
      pull.failed(task, error as SourceError);
      if (owed) this.#ledger.fail(query.metric, owed, task, pull.at);
      return [];
    }
  }

  async #readPartial(task: Part, pull: Pull): Promise<AnswerSeries[]> {
    const expr = partialExpr(task.query, this.#options, pull.at - task.from);
    try {
      const answer = await this.#client.instant(expr, pull.at);
      pull.succeeded();
      return answer.map((series) => ({ ...series, times: Float64Array.of(task.from) }));
    } catch (error) {
      const cause = error instanceof QueryFailure ? error : undefined;
      pull.failed(task, queryError(task.query, expr, error as Error), cause);
      return [];
    }
  }

  /** Only servers that this alternative serves; NaN where the value cannot be. */
  #toSamples(query: MetricQuery, answer: readonly AnswerSeries[], pull: Pull): SampleSeries[] {
    const result: SampleSeries[] = [];
    for (const [server, group] of groupByServer(answer, this.#options.server_label, pull.counts)) {
      if (!this.#choice.knows(server)) this.#probing.want();
      if (!this.#choice.serves(query, server)) continue;
      const series = toSampleSeries(server, query.metric, mergeSeries(group, pull.counts), pull.counts);
      if (series.values.some(Number.isFinite)) {
        this.#choice.saw(query, server, pull.at);
        pull.saw(query.metric, server);
      }
      result.push(series);
    }
    return result;
  }

  #batch(pull: Pull, series: readonly SampleSeries[]): SampleBatch {
    return { kind: 'buckets', source: this.name, at: pull.at, series };
  }
}

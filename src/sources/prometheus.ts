/** The pull source: Prometheus, or what speaks its HTTP API. */
import { SourceError } from '../core/errors.js';
import type { SampleBatch, SampleSeries } from '../core/flow.js';
import { isMetricName } from '../core/metrics.js';
import type { ServerLabels } from '../core/serverLabels.js';
import type { MappingPack } from '../mapping/pack.js';
import type { AnswerSeries } from './answer.js';
import { Choice, type Prober, probe } from './choice.js';
import { type Client, createClient, type Surroundings } from './client.js';
import { Defaults } from './defaults.js';
import { apiUrl, graphPage } from './grafana.js';
import { bucketAt, lastCompleteBucket, STEP_SECONDS, splitRange } from './grid.js';
import { Ledger, type OwedRange } from './ledger.js';
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
import { type Part, Pull } from './pull.js';
import { QueryFailure } from './queryFailure.js';
import { RangeReader } from './reader.js';
import { askedLabels, pickLabels, readServerLabels } from './serverLabels.js';
import { groupByServer, mergeSeries, toSampleSeries } from './serverSeries.js';
import { measureSkew } from './skew.js';
import type { PullEvent, RecordedRange, RecordedSeries, Source, SourceQuery } from './source.js';
import type { TargetOptions } from './targetOptions.js';
import { targetQueries, targetSamples } from './targetQuery.js';

/** How far back an increment catches up, and how long a vanished server is remembered. */
const MAX_CATCH_UP_SECONDS = 8 * 86_400;
const PROBE_EVERY_SECONDS = 3600;
/** A new server, or one that lost a metric, has the alternatives probed again, but not more often than this. */
const PROBE_AT_MOST_EVERY_SECONDS = 300;
const PROBE_LOOKBACK_SECONDS = 3600;

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

/** What is left to do in a pull. */
type Task = Part & { readonly kind: 'range' | 'partial'; readonly owed?: OwedRange };

class PrometheusSource implements Source {
  readonly name: string;
  readonly #options: PrometheusOptions;
  readonly #client: Client;
  readonly #clock: () => number;
  readonly #prober: Prober;
  readonly #reader: RangeReader;
  readonly #targets: readonly TargetQuery[];
  #choice = new Choice();
  #ledger = new Ledger();
  /** Whom each target brought values of when all of it was last answered. */
  readonly #subjects = new Map<string, readonly string[]>();
  /** Where a metric never read before begins: the start of the history that was asked for. */
  #historyFrom: number | undefined;
  #probedAt = Number.NEGATIVE_INFINITY;
  #wantsProbe = false;
  #labels: ReadonlyMap<string, ServerLabels> = new Map();

  constructor({ options, pack, targets }: Asked, client: Client, clock: () => number) {
    this.name = `prometheus ${apiUrl(options)}`;
    this.#options = options;
    this.#client = client;
    this.#clock = clock;
    this.#prober = { client, options, queries: metricQueries(pack, options) };
    this.#reader = new RangeReader(client, options);
    this.#targets = targetQueries(targets);
  }

  async *history(now: number, seconds: number): AsyncGenerator<PullEvent> {
    this.#choice = new Choice();
    this.#ledger = new Ledger();
    this.#probedAt = Number.NEGATIVE_INFINITY;
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
      await this.#probeIfDue(pull, since, maxSeconds);
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

  async #probeIfDue(pull: Pull, since: number, maxSeconds: number): Promise<void> {
    const age = pull.at - this.#probedAt;
    if (age < this.#secondsBetweenProbes()) return;
    const gap = Number.isFinite(this.#probedAt) ? age : pull.at - since;
    const lookback = Math.min(Math.max(PROBE_LOOKBACK_SECONDS, gap), maxSeconds);
    const findings = await probe(this.#prober, pull.at, Math.ceil(lookback / STEP_SECONDS) * STEP_SECONDS);
    this.#choice.adopt(findings, pull.at);
    this.#choice.forget(pull.at - MAX_CATCH_UP_SECONDS);
    for (const { query, error } of findings.failures)
      pull.failed({ query, from: bucketAt(since), to: bucketAt(pull.at) }, error);
    this.#probedAt = pull.at;
    this.#wantsProbe = findings.failures.length > 0;
  }

  /** Without a server there is nothing to ask for but whether there is one now. */
  #secondsBetweenProbes(): number {
    if (this.#choice.isEmpty) return 0;
    return this.#wantsProbe ? PROBE_AT_MOST_EVERY_SECONDS : PROBE_EVERY_SECONDS;
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
    this.#wantsProbe ||= this.#lostMetric(pull);
  }

  /** The newest buckets of all metrics first. */
  #tasks(pull: Pull, since: number, oldest: number): Task[] {
    const span = { since, newest: lastCompleteBucket(pull.at), oldest };
    const tasks: Task[] = [];
    for (const queries of this.#prober.queries) {
      const inUse = queries.filter((query) => this.#choice.serversOf(query).length > 0);
      tasks.push(...this.#tasksOf(inUse, pull.at, span, (query) => this.#choice.carriersOf(query)));
    }
    for (const query of this.#targets)
      tasks.push(...this.#tasksOf([query], pull.at, span, ({ target }) => target.max_series));
    return tasks.sort((a, b) => b.to - a.to);
  }

  /** What is due of one metric. */
  #tasksOf<Q extends SeriesQuery>(
    queries: readonly Q[],
    at: number,
    span: { readonly since: number; readonly newest: number; readonly oldest: number },
    seriesOf: (query: Q) => number,
  ): Task[] {
    const metric = queries[0]?.metric;
    if (metric === undefined) return [];
    const partial = bucketAt(at);
    const owedRanges = this.#ledger.take(metric, at, span);
    const tasks = queries.flatMap((query): Task[] => {
      const maxBuckets = this.#reader.bucketsPerRequest(query, seriesOf(query));
      const pieces = owedRanges.flatMap((owed) => splitRange(owed, maxBuckets).map((piece) => ({ ...piece, owed })));
      return [
        { kind: 'partial', query, from: partial, to: partial },
        ...pieces.map((piece): Task => ({ kind: 'range', query, ...piece })),
      ];
    });
    for (const owed of owedRanges) this.#ledger.succeed(metric, owed, at);
    return tasks;
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
    const { series, failures } = await this.#reader.read(query, task, servers);
    for (const failure of failures) {
      pull.failed({ query, from: failure.from, to: failure.to }, failure.error, failure.cause);
      this.#ledger.fail(query.metric, owed, failure, pull.at);
    }
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
      if (!this.#choice.knows(server)) this.#wantsProbe = true;
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

  /** Whether a server that answered in this pull was silent for a metric that it used to have. */
  #lostMetric(pull: Pull): boolean {
    return this.#prober.queries.some(([query]) => {
      if (query === undefined || pull.hasFailed(query.metric)) return false;
      const had = (server: string) => this.#choice.winner(query.metric, server) !== undefined;
      return [...pull.servers].some((server) => !pull.hasSeen(query.metric, server) && had(server));
    });
  }

  #batch(pull: Pull, series: readonly SampleSeries[]): SampleBatch {
    return { kind: 'buckets', source: this.name, at: pull.at, series };
  }
}

/** What a Prometheus really has for each metric: the report behind `check mappings`. */
import { SourceError } from '../core/errors.js';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import type { MappingPack } from '../mapping/pack.js';
import { Choice } from './choice.js';
import { createClient, type Surroundings } from './client.js';
import { apiUrl } from './grafana.js';
import { type BucketRange, bucketAt, lastCompleteBucket, STEP_SECONDS, splitRange } from './grid.js';
import { bucketExpr, type MetricQuery, metricQueries, oneLine } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';
import { probe } from './probe.js';
import { RangeReader } from './reader.js';
import { groupByServer, mergeSeries, noPoints } from './serverSeries.js';
import { measureSkew } from './skew.js';
import { implausibleUnit, type Spread } from './units.js';

export interface DoctorReport {
  readonly url: string;
  readonly pack: string;
  readonly selector: string;
  /** Epoch seconds of the examination, by the examined clock. */
  readonly at: number;
  /** Their clock minus ours. */
  readonly skewSeconds: number;
  /** Servers that have at least one metric. */
  readonly servers: number;
  /** Those of which nothing at all came for over ten minutes; not counted as stale below. */
  readonly silent: readonly string[];
  /** One per LINBORG metric, in LINBORG's order. */
  readonly metrics: readonly MetricReport[];
}

export interface MetricReport {
  readonly metric: MetricName;
  /** Servers that had a value in the last 24 h. */
  readonly servers: number;
  /** Some of the servers that have other metrics but not this one. */
  readonly lacking: readonly string[];
  /** The alternatives in use, with their PromQL to paste; without any, those that were tried. */
  readonly alternatives: readonly { readonly name: string; readonly servers: number; readonly query: string }[];
  /** Share (0–1) of buckets without a value while the server had any; NaN if nobody has the metric. */
  readonly gapRatio: number;
  /** Servers whose newest value is older than ten minutes, though others of their metrics came. */
  readonly staleServers: number;
  /** Seconds since the newest value of the server that is furthest behind; NaN if no server alive has the metric. */
  readonly oldestNewestSeconds: number;
  /** Raw values of the last 24 h; absent if nobody has the metric. */
  readonly spread?: Spread;
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

const LOOKBACK_SECONDS = 86_400;
const STALE_SECONDS = 600;
const EXAMPLES = 3;

/** What one server has of one metric; buckets are named by their start. */
interface Holding {
  readonly count: number;
  readonly first: number;
  readonly newest: number;
}

interface MetricHoldings {
  readonly byServer: Map<string, Holding>;
  readonly values: number[];
  readonly problems: string[];
}

type Holdings = ReadonlyMap<MetricName, MetricHoldings>;

/**
 * Examines the last 24 h of every metric.
 * @throws SourceError if the API cannot be reached at all
 */
export async function examineMappings(
  options: PrometheusOptions,
  pack: MappingPack,
  surroundings: Surroundings,
): Promise<DoctorReport> {
  const client = await createClient(options, surroundings);
  try {
    const skewSeconds = await measureSkew(client, surroundings.clock).catch((cause: Error) => {
      throw new SourceError(`prometheus ${apiUrl(options)} cannot be examined (${cause.message})`, { cause });
    });
    const at = surroundings.clock() + skewSeconds;
    const queries = metricQueries(pack, options);
    const findings = await probe({ client, options, queries }, at, LOOKBACK_SECONDS);
    const choice = new Choice();
    choice.adopt(findings, at);
    const holdings: Holdings = new Map(
      METRIC_NAMES.map((metric) => [metric, { byServer: new Map(), values: [], problems: [] }]),
    );
    for (const { query, error } of findings.failures) holdings.get(query.metric)!.problems.push(error.message);
    const range = { from: bucketAt(at - LOOKBACK_SECONDS), to: lastCompleteBucket(at) };
    const examination = { reader: new RangeReader(client, options), choice, options, range };
    const examined = inParallel(queries.flat(), options.max_concurrency, (query) =>
      examineQuery(query, examination, holdings.get(query.metric)!),
    );
    for await (const _ of examined);
    const servers = serverSpans(holdings);
    const silent = [...servers].filter(([, { to }]) => ageOf(to, at) > STALE_SECONDS).map(([server]) => server);
    const alternativesOf = (metric: MetricName) =>
      queriesInUse(queries.find(([query]) => query?.metric === metric) ?? [], choice, options);
    const { selector } = options;
    return {
      ...{ url: apiUrl(options), pack: pack.name, selector, at, skewSeconds },
      servers: servers.size,
      silent: silent.sort(),
      metrics: reportMetrics(holdings, { servers, silent, at }, alternativesOf),
    };
  } finally {
    client.close();
  }
}

/** What is known of the fleet before its metrics are looked at one by one. */
interface FleetSeen {
  /** From when to when each had any metric. */
  readonly servers: ReadonlyMap<string, BucketRange>;
  readonly silent: readonly string[];
  readonly at: number;
}

function reportMetrics(
  holdings: Holdings,
  { servers, silent, at }: FleetSeen,
  alternativesOf: (metric: MetricName) => MetricReport['alternatives'],
): MetricReport[] {
  const spreads = spreadsOf(holdings);
  return METRIC_NAMES.map((metric) => {
    const { byServer, problems } = holdings.get(metric)!;
    const unit = implausibleUnit(metric, spreads);
    const spread = spreads.get(metric);
    const lacking = [...servers.keys()].filter((server) => !byServer.has(server)).sort();
    return {
      metric,
      servers: byServer.size,
      lacking: lacking.slice(0, EXAMPLES),
      alternatives: alternativesOf(metric),
      gapRatio: gapRatio(byServer, servers),
      ...staleness(byServer, silent, at),
      ...(spread === undefined ? {} : { spread }),
      problems: unit === undefined ? problems : [...problems, unit],
    };
  });
}

interface Examination {
  readonly reader: RangeReader;
  readonly choice: Choice;
  readonly options: PrometheusOptions;
  readonly range: BucketRange;
}

/** Notes what the servers of one alternative have. */
async function examineQuery(
  query: MetricQuery,
  { reader, choice, options, range }: Examination,
  held: MetricHoldings,
): Promise<void> {
  const servers = choice.serversOf(query);
  if (servers.length === 0) return;
  const pieces = splitRange(range, reader.bucketsPerRequest(query, choice.carriersOf(query)));
  for (const piece of pieces) {
    const { series, failures } = await reader.read(query, piece, servers);
    for (const { error } of failures) held.problems.push(error.message);
    const counts = noPoints();
    for (const [server, group] of groupByServer(series, options.server_label, counts)) {
      if (!choice.serves(query, server)) continue;
      const { times, values } = mergeSeries(group, counts);
      times.forEach((time, i) => {
        const value = values[i]!;
        if (!Number.isFinite(value)) return;
        held.values.push(value);
        const { count, first, newest } = held.byServer.get(server) ?? { count: 0, first: time, newest: time };
        held.byServer.set(server, { count: count + 1, first: Math.min(first, time), newest: Math.max(newest, time) });
      });
    }
    if (counts.duplicatePoints > 0)
      held.problems.push(
        `${counts.duplicatePoints} points are claimed by several series of a server; aggregate by ($server_label)`,
      );
    if (counts.unlabelledSeries > 0)
      held.problems.push(
        `${counts.unlabelledSeries} series lack the label ${options.server_label}, or it is no name; keep it with by ($server_label)`,
      );
  }
}

function queriesInUse(queries: readonly MetricQuery[], choice: Choice, options: PrometheusOptions) {
  const all = queries.map((query) => ({
    name: query.alternative.name,
    servers: choice.serversOf(query).length,
    query: oneLine(bucketExpr(query, options)),
  }));
  const inUse = all.filter(({ servers }) => servers > 0);
  return inUse.length > 0 ? inUse : all;
}

/** From when to when a server had any metric. */
function serverSpans(holdings: Holdings): Map<string, BucketRange> {
  const spans = new Map<string, BucketRange>();
  for (const { byServer } of holdings.values()) {
    for (const [server, { first, newest }] of byServer) {
      const span = spans.get(server) ?? { from: first, to: newest };
      spans.set(server, { from: Math.min(span.from, first), to: Math.max(span.to, newest) });
    }
  }
  return spans;
}

function gapRatio(byServer: ReadonlyMap<string, Holding>, spans: ReadonlyMap<string, BucketRange>): number {
  let expected = 0;
  let found = 0;
  for (const [server, { count }] of byServer) {
    const { from, to } = spans.get(server)!;
    expected += (to - from) / STEP_SECONDS + 1;
    found += count;
  }
  return expected === 0 ? Number.NaN : 1 - found / expected;
}

function staleness(byServer: ReadonlyMap<string, Holding>, silent: readonly string[], at: number) {
  const alive = [...byServer].filter(([server]) => !silent.includes(server));
  const ages = alive.map(([, { newest }]) => ageOf(newest, at));
  return {
    staleServers: ages.filter((age) => age > STALE_SECONDS).length,
    oldestNewestSeconds: ages.length === 0 ? Number.NaN : Math.round(ages.reduce((a, b) => Math.max(a, b))),
  };
}

/** Seconds since a bucket ended. */
function ageOf(bucket: number, at: number): number {
  return Math.max(0, at - (bucket + STEP_SECONDS));
}

function spreadsOf(holdings: Holdings): Map<MetricName, Spread> {
  const spreads = new Map<MetricName, Spread>();
  for (const [metric, { values }] of holdings) {
    if (values.length === 0) continue;
    const sorted = Float64Array.from(values).sort();
    spreads.set(metric, { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! });
  }
  return spreads;
}

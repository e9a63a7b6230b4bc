/** Which packs a Prometheus has the series for: the proposals of `check mappings --suggest`. */
import { SourceError } from '../core/errors.js';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import type { MappingPack } from '../mapping/pack.js';
import { seriesNames } from '../mapping/seriesNames.js';
import { type Client, createClient, type Surroundings } from './client.js';
import { apiUrl } from './grafana.js';
import { metricQueries } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';
import { probe } from './probe.js';
import { measureSkew } from './skew.js';

/** A source that could be configured. */
export interface Proposal {
  /** Names of packs; the second and later ones only bring what those before them lack. */
  readonly packs: readonly string[];
  /** Value of the label `job`; empty = the series have none. */
  readonly job: string;
  readonly serverLabel: string;
  /** Servers that have at least one metric. */
  readonly servers: number;
  /** Servers that have it, by metric; those that nobody has are left out. */
  readonly metrics: ReadonlyMap<MetricName, number>;
  /** Mean share (0–1) of the 14 metrics that a server has. */
  readonly coverageRatio: number;
}

export interface SuggestionReport {
  readonly url: string;
  /** The best first. Of one job, those after the first have other servers: a pod instead of a container. */
  readonly proposals: readonly Proposal[];
  /** The best for each job that has something of a pack, but too little to be of use. */
  readonly meagre: readonly Proposal[];
  /** Packs that could not be looked for, and why; one sentence each. */
  readonly problems: readonly string[];
}

/** A pack that a job has series for, under one label for the server. */
interface Candidate {
  readonly pack: MappingPack;
  readonly job: string;
  readonly serverLabel: string;
  /** Who has what. */
  readonly servers: ReadonlyMap<MetricName, ReadonlySet<string>>;
}

/** Fewer metrics say too little about a server to forecast its risk. */
const FEWEST_METRICS = 3;
/** Of the metrics of the best proposal for a job: another that has fewer shares some names by chance. */
const SHARE_OF_BEST = 0.5;
/** Jobs examined for one pack: a Prometheus of a hundred applications has their process metrics a hundred times. */
const MAX_JOBS = 20;
const LOOKBACK_SECONDS = 3600;

/**
 * Looks for each pack's series in each job, and asks the pack's own queries where there are some.
 * @param packs  those to choose from
 * @throws SourceError if the API cannot be reached at all
 */
export async function suggestMappings(
  options: PrometheusOptions,
  packs: readonly MappingPack[],
  surroundings: Surroundings,
): Promise<SuggestionReport> {
  const client = await createClient(options, surroundings);
  try {
    const skewSeconds = await measureSkew(client, surroundings.clock).catch((cause: Error) => {
      throw new SourceError(`prometheus ${apiUrl(options)} cannot be examined (${cause.message})`, { cause });
    });
    const looking = { client, options, at: surroundings.clock() + skewSeconds };
    const problems: string[] = [];
    const candidates: Candidate[] = [];
    for (const pack of packs) {
      try {
        candidates.push(...(await candidatesOf(pack, looking)));
      } catch (error) {
        problems.push(`the pack ${pack.name} could not be looked for (${(error as Error).message})`);
      }
    }
    const jobs = [...byJob(candidates).values()].map(proposalsOf);
    return {
      url: apiUrl(options),
      proposals: jobs.flatMap(usefulOf).sort(betterFirst),
      meagre: jobs.filter((ofJob) => usefulOf(ofJob).length === 0).flatMap((ofJob) => ofJob.slice(0, 1)),
      problems,
    };
  } finally {
    client.close();
  }
}

interface Looking {
  readonly client: Client;
  readonly options: PrometheusOptions;
  /** Epoch seconds, by the examined clock. */
  readonly at: number;
}

async function candidatesOf(pack: MappingPack, looking: Looking): Promise<Candidate[]> {
  const { client, options, at } = looking;
  const matchers = `__name__=~${JSON.stringify(seriesNames(pack.alternatives).join('|'))}`;
  const jobs = (await client.instant(`count by (job) ({${matchers}})`, at)).map(({ labels }) => labels['job'] ?? '');
  const found: Candidate[] = [];
  const examined = inParallel(jobs.sort().slice(0, MAX_JOBS), options.max_concurrency, async (job) => {
    const selector = selectorOf(job);
    const serverLabel = await labelOfServers(pack, `${matchers},${selector}`, looking);
    if (serverLabel === undefined) return undefined;
    const asked = { ...options, selector, server_label: serverLabel, max_concurrency: 1 };
    const findings = await probe({ client, options: asked, queries: metricQueries(pack, asked) }, at, LOOKBACK_SECONDS);
    const servers = new Map<MetricName, Set<string>>();
    for (const { query, servers: some } of findings.found) {
      if (some.size === 0) continue;
      servers.set(query.metric, new Set([...(servers.get(query.metric) ?? []), ...some]));
    }
    return servers.size === 0 ? undefined : { pack, job, serverLabel, servers };
  });
  for await (const candidate of examined) if (candidate !== undefined) found.push(candidate);
  return found;
}

/** PromQL matchers of a job, to be put between braces. */
export function selectorOf(job: string): string {
  return `job=${JSON.stringify(job)}`;
}

/** The first of the pack's labels that the series have. */
async function labelOfServers(
  pack: MappingPack,
  matchers: string,
  { client, at }: Looking,
): Promise<string | undefined> {
  for (const label of pack.serverLabels) {
    const [count] = await client.instant(`count(count by (${label}) ({${matchers},${label}!=""}))`, at);
    if (count !== undefined) return label;
  }
  return undefined;
}

function byJob(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const jobs = new Map<string, Candidate[]>();
  for (const candidate of candidates) jobs.set(candidate.job, [...(jobs.get(candidate.job) ?? []), candidate]);
  return jobs;
}

/**
 * One proposal for each label that names servers, the best first: the pack that covers most, and behind it those that have more metrics for some of the same
 * servers. A pack that adds nothing is left out.
 */
function proposalsOf(candidates: readonly Candidate[]): Proposal[] {
  const sorted = [...candidates].sort((a, b) => coverageOf(b.servers) - coverageOf(a.servers) || byName(a, b));
  const chosen: { first: Candidate; packs: string[]; servers: Map<MetricName, ReadonlySet<string>> }[] = [];
  for (const candidate of sorted) {
    const names = serversOf(candidate.servers);
    const like = chosen.find(
      ({ first, servers }) =>
        first.serverLabel === candidate.serverLabel && [...serversOf(servers)].some((server) => names.has(server)),
    );
    if (like === undefined) {
      const servers = new Map(candidate.servers);
      chosen.push({ first: candidate, packs: [candidate.pack.name], servers });
      continue;
    }
    const added = [...candidate.servers].filter(([metric]) => !like.servers.has(metric));
    if (added.length === 0) continue;
    like.packs.push(candidate.pack.name);
    for (const [metric, some] of added) like.servers.set(metric, some);
  }
  const proposals = chosen.map(({ first, packs, servers }) => ({
    packs,
    job: first.job,
    serverLabel: first.serverLabel,
    servers: serversOf(servers).size,
    metrics: new Map(METRIC_NAMES.flatMap((metric) => entryOf(metric, servers.get(metric)?.size))),
    coverageRatio: coverageOf(servers),
  }));
  return proposals.sort(betterFirst);
}

/** @param proposals  of one job, the best first */
function usefulOf(proposals: readonly Proposal[]): Proposal[] {
  const most = proposals[0]?.metrics.size ?? 0;
  return proposals.filter(({ metrics }) => metrics.size >= Math.max(FEWEST_METRICS, SHARE_OF_BEST * most));
}

function entryOf(metric: MetricName, size: number | undefined): [MetricName, number][] {
  return size === undefined ? [] : [[metric, size]];
}

function serversOf(servers: ReadonlyMap<MetricName, ReadonlySet<string>>): Set<string> {
  return new Set([...servers.values()].flatMap((some) => [...some]));
}

function coverageOf(servers: ReadonlyMap<MetricName, ReadonlySet<string>>): number {
  const values = [...servers.values()].reduce((sum, some) => sum + some.size, 0);
  return values / (METRIC_NAMES.length * Math.max(1, serversOf(servers).size));
}

function byName(a: Candidate, b: Candidate): number {
  return a.pack.name < b.pack.name ? -1 : 1;
}

function betterFirst(a: Proposal, b: Proposal): number {
  return b.coverageRatio - a.coverageRatio || b.servers - a.servers || (a.packs[0]! < b.packs[0]! ? -1 : 1);
}

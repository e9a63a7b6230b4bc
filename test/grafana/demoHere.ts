/** The demo as a process of its own, and its Prometheus asked as Grafana would ask it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { REPOSITORY } from '../app/fixtures/cli.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { freePort } from '../sources/fixtures/realPrometheus.js';
import { momentOf } from './form.js';

export interface Rule {
  readonly name: string;
  readonly type: 'recording' | 'alerting';
  readonly health: string;
}

export interface DemoHere {
  /** What it printed. */
  readonly said: string;
  /** Address of its Prometheus. */
  readonly prometheus: string;
  /** What the dashboards' variables, and Grafana's own, stand for here. */
  readonly variables: Readonly<Record<string, string>>;
  /** A query with the dashboards' variables filled in. */
  fill(expr: string): string;
  /** Series that a query finds now. */
  count(expr: string): Promise<number>;
  /** Series that a query finds in a time range such as now-16h to now+8h. */
  countOverTime(expr: string, range: { readonly from: string; readonly to: string }): Promise<number>;
  rules(): Promise<readonly Rule[]>;
  stop(): Promise<void>;
}

/** One of each profile. */
const SERVERS = 7;

/** Starts it and waits until it has its past, and Prometheus has evaluated every rule on what it shows. */
export async function startDemo(): Promise<DemoHere> {
  const ports = { prometheus: await freePort(), linborg: await freePort(), simulator: await freePort() };
  const flags = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  const dir = path.join(temporaryFolder(), 'demo');
  const demo = spawn(
    process.execPath,
    [path.join(REPOSITORY, 'bin/linborg.js'), 'demo', '--servers', String(SERVERS), '--dir', dir, ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = await untilReady(demo);
  const url = `http://127.0.0.1:${ports.prometheus}/api/v1`;
  await untilRecorded(url);
  const server = await serverWithLeak(url);
  const variables: Readonly<Record<string, string>> = {
    ...{ server, profile: '.*', instance: '.*', container: '.*', service: 'orders' },
    // Grafana's where a scrape is every 30 s; in it a cycle ends for sure.
    ...{ __rate_interval: '2m', __range: '1h' },
  };
  const fill = (expr: string) => expr.replaceAll(/\$(\w+)/g, (whole, name: string) => variables[name] ?? whole);
  const vector = async (expr: string) => (await ask<Vector>(`${url}/query?${asked({ query: fill(expr) })}`)).result;
  return {
    said,
    prometheus: `http://127.0.0.1:${ports.prometheus}`,
    variables,
    fill,
    count: async (expr) => (await vector(expr)).length,
    countOverTime: async (expr, range) => {
      const at = Date.now() / 1000;
      const [start, end] = [momentOf(range.from, at), momentOf(range.to, at)];
      const span = { start: start.toFixed(0), end: end.toFixed(0), step: '60' };
      return (await ask<Vector>(`${url}/query_range?${asked({ query: fill(expr), ...span })}`)).result.length;
    },
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(`${url}/rules`);
      return groups.flatMap(({ rules }) => rules);
    },
    stop: async () => {
      const gone = once(demo, 'close');
      demo.kill('SIGINT');
      await gone;
    },
  };
}

/** What it says until it is ready; throws all of that if it ends before. */
function untilReady(demo: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: unknown) => {
      said += String(chunk);
      if (said.includes('the dashboards have all of their past')) resolve(said);
    };
    demo.stdout?.on('data', hear);
    demo.stderr?.on('data', hear);
    demo.once('close', (code) => reject(new Error(`the demo ended with ${code}: ${said}`)));
  });
}

interface Vector {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[];
}

/** Two evaluations after the first scrape of linborg, and a cycle since it: rates need two samples, and rules stand on rules. */
async function untilRecorded(url: string): Promise<void> {
  const query = [
    'count_over_time(fleet:linborg_risk_score:avg[45s]) >= 3',
    'count_over_time(linborg_cycles_total[1m]) >= 6',
    'rate(linborg_cycle_duration_seconds_count[2m]) > 0',
    // Known when linborg has learnt from the past.
    'count(linborg_training_distance_score) > 0',
    // For as long as the points of a graph are apart.
    'count_over_time((job_instance_source:linborg_source_queries_failed:ratio_rate10m >= 0)[1m:15s]) >= 4',
  ].join(' and on () ');
  for (;;) {
    const { result } = await ask<Vector>(`${url}/query?${asked({ query })}`);
    if (result.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Something will happen to it: all that is told of that has something to tell. */
async function serverWithLeak(url: string): Promise<string> {
  const query = 'bottomk(1, linborg_time_to_threshold_seconds{metric="mem_used_pct", level="p50"} > 0)';
  const { result } = await ask<Vector>(`${url}/query?${asked({ query })}`);
  return result[0]!.metric['server']!;
}

interface Answer<Data> {
  readonly error?: string;
  /** A remote read that failed is only this. */
  readonly warnings?: readonly string[];
  readonly data: Data;
}

async function ask<Data>(url: string): Promise<Data> {
  const answer = (await (await fetch(url)).json()) as Answer<Data>;
  const complaint = answer.error ?? answer.warnings?.join('; ');
  if (complaint !== undefined) throw new Error(`${complaint}: ${decodeURIComponent(url)}`);
  return answer.data;
}

const asked = (parameters: Readonly<Record<string, string>>) => new URLSearchParams(parameters);

/** What must be so for the stack to be of use, asked of the programs themselves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardQueries } from './dashboardQueries.js';
import { COMPONENTS, type ComponentName } from './layout.js';
import { isRunning, type StackState } from './processes.js';
import { COMPONENT } from './programs.js';
import { DASHBOARDS_FOLDER } from './stackFiles.js';

/** What came of a check: fine with a detail, a reason why not, or nothing to check here. */
export type Outcome =
  | { readonly kind: 'ok'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'absent'; readonly detail: string };

export interface Check {
  readonly name: string;
  readonly ask: () => Promise<Outcome>;
}

const ok = (detail: string): Outcome => ({ kind: 'ok', detail });
const failed = (detail: string): Outcome => ({ kind: 'failed', detail });

export function stackChecks(state: StackState): Check[] {
  const prometheus = state.prometheus?.url ?? '';
  return [
    ...COMPONENTS.map((name) => ({ name: `${name} runs`, ask: () => runs(name, state) })),
    { name: 'targets are up', ask: () => targetsUp(prometheus, state) },
    { name: 'rules are loaded', ask: () => rulesLoaded(prometheus) },
    { name: 'linborg is scraped', ask: () => linborgScraped(prometheus, state) },
    { name: 'Alertmanager is reached', ask: () => alertmanagerReached(prometheus, state) },
    { name: 'the future can be read', ask: () => futureReadable(prometheus) },
    { name: 'dashboards can ask', ask: () => dashboardsAsk(prometheus) },
    { name: 'Grafana has dashboards', ask: () => grafanaHasDashboards(state) },
  ];
}

async function runs(name: ComponentName, state: StackState): Promise<Outcome> {
  const recorded = state[name];
  if (recorded === undefined) return { kind: 'absent', detail: 'not installed' };
  if (!isRunning(recorded)) return failed(`process ${recorded.pid} has ended; linborg stack up starts it again`);
  const { status } = await fetch(`${recorded.url}${COMPONENT[name].readyPath}`);
  return status === 200 ? ok(`${recorded.url}, process ${recorded.pid}`) : failed(`${recorded.url} answers ${status}`);
}

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

/** Names of jobs, where they are not those of the programs. */
const JOB: Partial<Record<ComponentName, string>> = { node_exporter: 'node', process_exporter: 'process' };

/** One of each program that runs here; Grafana is not scraped. */
async function targetsUp(prometheus: string, state: StackState): Promise<Outcome> {
  const { activeTargets } = await ask<{ activeTargets: Target[] }>(`${prometheus}/api/v1/targets?state=active`);
  const jobs = COMPONENTS.filter((name) => name !== 'grafana' && state[name]).map((name) => JOB[name] ?? name);
  const faults = jobs.flatMap((job) => {
    const target = activeTargets.find(({ labels }) => labels.job === job);
    if (target === undefined) return [`${job} is not known yet`];
    return target.health === 'up' ? [] : [`${job} is ${target.health} ${target.lastError}`.trim()];
  });
  return faults.length === 0 ? ok(jobs.join(', ')) : failed(faults.join('; '));
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

async function rulesLoaded(prometheus: string): Promise<Outcome> {
  const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(`${prometheus}/api/v1/rules`);
  const rules = groups.flatMap((group) => group.rules);
  if (rules.length === 0) return failed('none');
  const faulty = rules.find(({ health }) => health !== 'ok');
  if (faulty) return failed(`${faulty.name} is ${faulty.health} ${faulty.lastError ?? ''}`.trim());
  return ok(`${rules.length} rules, all evaluated`);
}

async function linborgScraped(prometheus: string, state: StackState): Promise<Outcome> {
  const builds = await query(prometheus, 'linborg_build_info');
  if (builds.length === 0) return failed('Prometheus has no linborg_build_info yet');
  const cycles = await query(prometheus, 'linborg_cycles_total > 0');
  if (cycles.length === 0) return failed('no cycle has succeeded yet; see linborg.log');
  const servers = Number((await query(prometheus, 'sum(linborg_servers)'))[0]?.value[1] ?? 0);
  if (servers === 0 && state.node_exporter !== undefined)
    return failed('linborg has not seen the server of node_exporter yet');
  return ok(`version ${builds[0]!.metric['version']}, ${servers} ${servers === 1 ? 'server' : 'servers'}`);
}

async function alertmanagerReached(prometheus: string, state: StackState): Promise<Outcome> {
  if (state.alertmanager === undefined) return { kind: 'absent', detail: 'not installed' };
  const { activeAlertmanagers } = await ask<{ activeAlertmanagers: { url: string }[] }>(
    `${prometheus}/api/v1/alertmanagers`,
  );
  const found = activeAlertmanagers.find(({ url }) => url.startsWith(state.alertmanager!.url));
  return found ? ok(found.url) : failed(`Prometheus knows ${activeAlertmanagers.length} others`);
}

async function futureReadable(prometheus: string): Promise<Outcome> {
  const series = await query(prometheus, 'count(max_over_time(linborg_future[8h] offset -8h))');
  return ok(
    series.length === 0 ? 'no series yet: a server needs two hours of history' : `${series[0]!.value[1]} series`,
  );
}

async function dashboardsAsk(prometheus: string): Promise<Outcome> {
  if (!existsSync(DASHBOARDS_FOLDER)) return { kind: 'absent', detail: 'no dashboards' };
  const files = readdirSync(DASHBOARDS_FOLDER).filter((file) => file.endsWith('.json'));
  let asked = 0;
  for (const file of files) {
    for (const expr of dashboardQueries(readFileSync(join(DASHBOARDS_FOLDER, file), 'utf8'))) {
      await query(prometheus, expr);
      asked++;
    }
  }
  return ok(`${asked} queries of ${files.length} dashboards`);
}

async function grafanaHasDashboards({ grafana }: StackState): Promise<Outcome> {
  if (grafana === undefined) return { kind: 'absent', detail: 'Grafana is not installed' };
  const found = (await (await fetch(`${grafana.url}/api/search?type=dash-db&tag=linborg`)).json()) as unknown[];
  return found.length > 0 ? ok(`${found.length}`) : failed('none was provisioned; see grafana.log');
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(prometheus: string, expr: string): Promise<Sample[]> {
  const { result } = await ask<{ result: Sample[] }>(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`);
  return result;
}

/** Throws an error with the answer's own words. */
async function ask<Answer>(url: string): Promise<Answer> {
  const answer = (await (await fetch(url)).json()) as { data?: Answer; error?: string };
  if (answer.data === undefined) throw new Error(`${decodeURIComponent(new URL(url).search)}: ${answer.error}`);
  return answer.data;
}

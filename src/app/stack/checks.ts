/** What must be so for the stack to be of use, asked of the programs themselves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardQueries } from './dashboardQueries.js';
import { COMPONENTS, type ComponentName, jobOf, scraped } from './layout.js';
import { isRunning, type StackState } from './processes.js';
import { COMPONENT } from './programs.js';
import { DASHBOARDS_FOLDER } from './stackFiles.js';

/** What came of a check: fine, not so yet, broken until a person acts, or nothing to check here. */
export type Outcome = {
  readonly kind: 'ok' | 'failed' | 'broken' | 'absent';
  /** What was seen, or what is wrong and what to do. */
  readonly detail: string;
};

export interface Check {
  readonly name: string;
  readonly ask: () => Promise<Outcome>;
}

const ok = (detail: string): Outcome => ({ kind: 'ok', detail });
const failed = (detail: string): Outcome => ({ kind: 'failed', detail });
const broken = (detail: string): Outcome => ({ kind: 'broken', detail });
const absent = (detail: string): Outcome => ({ kind: 'absent', detail });

/** @param logOf  where a part's log is */
export function stackChecks(state: StackState, logOf: (name: ComponentName) => string): Check[] {
  return [
    ...COMPONENTS.map((name) => ({ name: `${name} runs`, ask: () => runs(name, state, logOf(name)) })),
    askingPrometheus('targets are up', state, (prometheus) => targetsUp(prometheus, state)),
    askingPrometheus('rules are loaded', state, (prometheus) => rulesLoaded(prometheus, logOf('prometheus'))),
    askingPrometheus('linborg is scraped', state, (prometheus) => linborgScraped(prometheus, state, logOf('linborg'))),
    askingPrometheus('Alertmanager is reached', state, (prometheus) => alertmanagerReached(prometheus, state)),
    askingPrometheus('the future can be read', state, (prometheus) => futureReadable(prometheus, state)),
    askingPrometheus('dashboards can ask', state, dashboardsAsk),
    { name: 'Grafana has dashboards', ask: () => grafanaHasDashboards(state, logOf('grafana')) },
  ];
}

async function runs(name: ComponentName, state: StackState, log: string): Promise<Outcome> {
  const recorded = state[name];
  if (recorded === undefined) return absent('not installed');
  if (!isRunning(recorded)) {
    return broken(`process ${recorded.pid} has ended: linborg stack up starts it again; its log is ${log}`);
  }
  const { status } = await get(`${recorded.url}${COMPONENT[name].readyPath}`);
  return status === 200
    ? ok(`${recorded.url}, process ${recorded.pid}`)
    : failed(`${recorded.url} answers ${status}; its log is ${log}`);
}

/** A check that has no answer where Prometheus does not run. */
function askingPrometheus(name: string, state: StackState, ask: (prometheus: string) => Promise<Outcome>): Check {
  return {
    name,
    ask: async () =>
      state.prometheus !== undefined && isRunning(state.prometheus)
        ? ask(state.prometheus.url)
        : broken('Prometheus does not run'),
  };
}

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

/** One of each program that was started. */
async function targetsUp(prometheus: string, state: StackState): Promise<Outcome> {
  const { activeTargets } = await ask<{ activeTargets: Target[] }>(`${prometheus}/api/v1/targets?state=active`);
  const names = scraped(COMPONENTS.filter((name) => state[name]));
  // What Prometheus saw last may be older than the end of a program.
  const ended = names.filter((name) => !isRunning(state[name]!));
  if (ended.length > 0) return broken(`not running: ${ended.join(', ')}`);
  const faults = names.map(jobOf).flatMap((job) => {
    const target = activeTargets.find(({ labels }) => labels.job === job);
    if (target === undefined) return [`${job} is not known yet`];
    return target.health === 'up' ? [] : [`${job} is ${target.health} ${target.lastError}`.trim()];
  });
  return faults.length === 0 ? ok(names.map(jobOf).join(', ')) : failed(faults.join('; '));
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

async function rulesLoaded(prometheus: string, log: string): Promise<Outcome> {
  const refused = await query(prometheus, 'prometheus_config_last_reload_successful{job="prometheus"} == 0');
  if (refused.length > 0) return failed(`Prometheus refused its configuration and goes on with the last; see ${log}`);
  const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(`${prometheus}/api/v1/rules`);
  const rules = groups.flatMap((group) => group.rules);
  if (rules.length === 0) return failed('none');
  const faulty = rules.find(({ health }) => health !== 'ok');
  if (faulty) return failed(`${faulty.name} is ${faulty.health} ${faulty.lastError ?? ''}`.trim());
  return ok(`${rules.length} rules, all evaluated`);
}

async function linborgScraped(prometheus: string, state: StackState, log: string): Promise<Outcome> {
  const builds = await query(prometheus, 'linborg_build_info');
  if (builds.length === 0) return failed('Prometheus has no linborg_build_info yet');
  const cycles = await query(prometheus, 'linborg_cycles_total > 0');
  if (cycles.length === 0) return failed(`no cycle has succeeded yet; see ${log}`);
  const servers = Number((await query(prometheus, 'sum(linborg_servers)'))[0]?.value[1] ?? 0);
  if (servers === 0 && state.node_exporter !== undefined)
    return failed('linborg has not seen the server of node_exporter yet');
  return ok(`version ${builds[0]!.metric['version']}, ${servers} ${servers === 1 ? 'server' : 'servers'}`);
}

async function alertmanagerReached(prometheus: string, state: StackState): Promise<Outcome> {
  if (state.alertmanager === undefined) return absent('not installed');
  const { activeAlertmanagers } = await ask<{ activeAlertmanagers: { url: string }[] }>(
    `${prometheus}/api/v1/alertmanagers`,
  );
  const found = activeAlertmanagers.find(({ url }) => url.startsWith(state.alertmanager!.url));
  return found ? ok(found.url) : failed(`Prometheus knows ${activeAlertmanagers.length} others`);
}

/** Where linborg cannot be read, Prometheus answers with fewer series and a warning. */
async function futureReadable(prometheus: string, { linborg }: StackState): Promise<Outcome> {
  const { warnings = [], data } = await answerOf<{ result: Sample[] }>(
    queryUrl(prometheus, 'count(max_over_time(linborg_future[8h] offset -8h))'),
  );
  const warned = linborg !== undefined && isRunning(linborg) ? failed : broken;
  if (warnings.length > 0) return warned(`Prometheus warns: ${warnings.join('; ')}`);
  const series = data.result[0]?.value[1];
  return ok(series === undefined ? 'no series yet: a server needs two hours of history' : `${series} series`);
}

async function dashboardsAsk(prometheus: string): Promise<Outcome> {
  if (!existsSync(DASHBOARDS_FOLDER)) return absent('no dashboards');
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

async function grafanaHasDashboards({ grafana }: StackState, log: string): Promise<Outcome> {
  if (grafana === undefined) return absent('Grafana is not installed');
  if (!isRunning(grafana)) return broken('Grafana does not run');
  const found = (await (await get(`${grafana.url}/api/search?type=dash-db&tag=linborg`)).json()) as unknown[];
  return found.length > 0 ? ok(`${found.length}`) : failed(`none was provisioned; see ${log}`);
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(prometheus: string, expr: string): Promise<Sample[]> {
  return (await ask<{ result: Sample[] }>(queryUrl(prometheus, expr))).result;
}

function queryUrl(prometheus: string, expr: string): string {
  return `${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`;
}

async function ask<Data>(url: string): Promise<Data> {
  return (await answerOf<Data>(url)).data;
}

interface Answer<Data> {
  readonly data: Data;
  readonly warnings?: readonly string[];
}

/** Throws an error with the answer's own words. */
async function answerOf<Data>(url: string): Promise<Answer<Data>> {
  const { data, error, warnings } = (await (await get(url)).json()) as Partial<Answer<Data>> & { error?: string };
  if (data === undefined) throw new Error(`${decodeURIComponent(new URL(url).search)}: ${error}`);
  return { data, ...(warnings && { warnings }) };
}

/** A program that hangs does not hang the check. */
const ANSWER_MILLISECONDS = 30_000;

function get(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
}

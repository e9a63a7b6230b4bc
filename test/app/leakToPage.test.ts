/**
 * The whole way of a leak: a simulated server → a real Prometheus → linborg → the shipped rules → a real Alertmanager with the
 * shipped sample → whoever is on call. Time is compressed: the hours of the leak lie in Prometheus already, once for each moment
 * from which the test looks at them, and rules wait for seconds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ruleFiles } from '../../rules/mixin/files.js';
import { linborgMixin } from '../../rules/mixin/mixin.js';
import { createFleet } from '../../src/simulator/fleet.js';
import { NODE_JOB, NodeView } from '../../src/simulator/node/nodeSeries.js';
import type { SimulatedServer } from '../../src/simulator/server/simulatedServer.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from '../../src/simulator/step.js';
import { freePort, type RawSeries, type RealPrometheus, startPrometheus } from '../sources/fixtures/realPrometheus.js';
import { startCli } from './fixtures/cli.js';
import { writeConfiguration } from './fixtures/configuration.js';
import { DAY } from './fixtures/fleet.js';
import { temporaryFolder } from './fixtures/folder.js';
import { type RealAlertmanager, startAlertmanager } from './fixtures/realAlertmanager.js';
import { until } from './fixtures/scrape.js';
import { type Receiver, startReceiver } from './policy/receiver.js';

const HOUR = 3600;
const LEAKING = 'ppweb001';
const SERVERS = 3;
const DAYS = 2;
/** As the demo writes it. */
const INTERVAL_SECONDS = 100;
/** The simulator's leak begins so long before its anchor, swaps from the eighth hour on, and ends in the tenth. */
const LEAK_LEAD_SECONDS = 7 * HOUR;
/** Seconds since the leak began. */
const MOMENTS = { before: -HOUR, halfway: 7.25 * HOUR, late: 8.6 * HOUR };
type Moment = keyof typeof MOMENTS;

const MEMORY_FULL_PCT = 95;
/** From here on pages move that are in use; reached half an hour after swapping begins. */
const SWAPPING_PCT = 12;
/** Twice as long as rules wait here, and a scrape. */
const RULES_WAIT_SECONDS = 5;
const RUNBOOKS = 'https://wiki.example.com/runbooks';
const ALERT = 'LinborgMemoryExhaustionPredicted';

const now = Date.now() / 1000;
/** What the simulator takes for now: the same moment whenever this runs, for what its servers do depends on the hour. */
const simulatedNow = Date.UTC(2026, 5, 2, 10) / 1000 + (now % STEP_SECONDS);
/** Whole steps, so that samples fall into the same buckets. */
const shift = now - simulatedNow;
/** Families whose values are times. */
const TIMES = new Set(['node_boot_time_seconds', 'node_time_seconds']);
let prometheus: RealPrometheus;
let alertmanager: RealAlertmanager;
let onCall: Receiver;
let linborgPort: number;

beforeAll(async () => {
  onCall = await startReceiver(200);
  alertmanager = await startAlertmanager(alertmanagerFile(onCall.url));
  linborgPort = await freePort();
  prometheus = await startPrometheus(stringify(prometheusSettings(alertmanager.url)));
  for (const moment of Object.keys(MOMENTS) as Moment[]) {
    for (const server of fleetAt(moment)) await prometheus.write(recordedOf(server, moment));
  }
});

afterAll(async () => {
  await alertmanager?.stop();
  await prometheus?.stop();
});

test('a leak is no alert before it begins, a ticket when it can be seen to fill the memory, and a page once the server swaps as well', {
  timeout: 120_000,
}, async () => {
  const configFile = path.join(temporaryFolder(), 'linborg.yml');
  const url = `http://127.0.0.1:${linborgPort}`;
  configure('before', configFile);
  const linborg = startCli(['serve', '--config.file', configFile]);
  await linborg.listens();
  await untilRulesSaw();
  expect(onCall.received).toEqual([]);

  configure('halfway', configFile);
  await reload(url);
  const ticket = await toldTo('slack');
  expect(ticket.labels).toMatchObject({ severity: 'warning', server: LEAKING });
  expectToBeTrue(ticket, 'halfway', 4 * HOUR);
  await untilRulesSaw();
  expect(whoWasTold()).toEqual(new Set(['/automation', '/slack']));

  configure('late', configFile);
  await reload(url);
  const page = await toldTo('pagerduty');
  expect(page.labels).toMatchObject({ severity: 'critical', server: LEAKING });
  expectToBeTrue(page, 'late', HOUR);
  // Everybody else stays out of it, from the beginning to the end.
  const servers = onCall.received.flatMap(({ body }) => alertsIn(body).map(({ labels }) => labels['server']));
  expect(new Set(servers)).toEqual(new Set([LEAKING]));
});

/** The sample, at once and with every receiver a webhook at its own path. */
function alertmanagerFile(url: string): string {
  const sample = parse(readFileSync('prometheus/alertmanager.yml', 'utf8')) as {
    route: Route;
    receivers: { name: string }[];
  };
  const receivers = sample.receivers.map(({ name }) =>
    name === 'nobody' ? { name } : { name, webhook_configs: [{ url: `${url}/${name}`, send_resolved: false }] },
  );
  const file = path.join(temporaryFolder(), 'alertmanager.yml');
  writeFileSync(file, stringify({ ...sample, route: atOnce(sample.route), receivers }));
  return file;
}

interface Route {
  readonly routes?: readonly Route[];
}

function atOnce(route: Route): object {
  return {
    ...route,
    group_wait: '0s',
    group_interval: '1s',
    ...(route.routes && { routes: route.routes.map(atOnce) }),
  };
}

/** The sample, with seconds for minutes, the rules of rules/mixin likewise, and the ports of this test. */
function prometheusSettings(alertmanagerUrl: string): object {
  const sample = parse(readFileSync('prometheus/prometheus.yml', 'utf8')) as {
    alerting: object;
    scrape_configs: { job_name: string }[];
  };
  const target = (url: string) => ({ static_configs: [{ targets: [url.replace('http://', '')] }] });
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: writeRules(),
    alerting: { ...sample.alerting, alertmanagers: [target(alertmanagerUrl)] },
    scrape_configs: sample.scrape_configs
      .filter(({ job_name }) => job_name === 'linborg')
      .map((config) => ({ ...config, ...target(`127.0.0.1:${linborgPort}`) })),
  };
}

function writeRules(): string[] {
  const folder = temporaryFolder();
  const soon = { for: '2s', keep_firing_for: '1s' };
  const mixin = linborgMixin({
    runbook_url_base: RUNBOOKS,
    alerts: { [ALERT]: soon, LinborgServerAtRisk: soon },
  });
  return Object.entries(ruleFiles(mixin)).map(([name, text]) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  });
}

/** The servers, where what the simulator takes for now is this moment of the leak. */
function fleetAt(moment: Moment): readonly SimulatedServer[] {
  const demoAnchor = simulatedNow + LEAK_LEAD_SECONDS - MOMENTS[moment];
  return createFleet({ servers: SERVERS, seed: 1, scenariosPerServerWeek: 0, demoAnchor }).servers;
}

/** The last days of a server as node_exporter would have shown them, with the moment as a label. */
function recordedOf(server: SimulatedServer, moment: Moment): RawSeries[] {
  const view = new NodeView(server);
  const points = view.series.map((): [number, number][] => []);
  const values = new Float64Array(view.series.length);
  for (let at = now - DAYS * DAY; at <= now; at += INTERVAL_SECONDS) {
    if (!view.readAt(at - shift, values)) continue;
    for (const [row, value] of values.entries()) {
      points[row]!.push([at, TIMES.has(view.series[row]!.family.name) ? value + shift : value]);
    }
  }
  return view.series.map(({ family, labels }, row) => ({
    labels: { __name__: family.name, job: NODE_JOB, instance: server.name, moment, ...labels },
    points: points[row]!,
  }));
}

/** Has linborg look at this moment, from its start or the next reload on. */
function configure(moment: Moment, file: string): void {
  const web = { listen_address: `127.0.0.1:${linborgPort}`, enable_lifecycle: true };
  writeConfiguration(
    {
      url: prometheus.url,
      keys: { cycle: '2s', web, thresholds: { mem_used_pct: MEMORY_FULL_PCT, swap_used_pct: SWAPPING_PCT } },
      source: { selector: `job="${NODE_JOB}", moment="${moment}"` },
    },
    file,
  );
}

async function reload(url: string): Promise<void> {
  const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
  expect(answer.status, await answer.text()).toBe(200);
}

/** Waits until the rules have looked, for longer than they wait, at what linborg says from now on. */
async function untilRulesSaw(): Promise<void> {
  const since = Date.now() / 1000;
  const cycled = `count(linborg_cycle_last_success_timestamp_seconds > ${since}) and count(linborg_risk_score) == ${SERVERS}`;
  await until(
    () => ask<{ result: unknown[] }>(`query?query=${encodeURIComponent(cycled)}`),
    ({ result }) => result.length > 0,
  );
  const settledAt = Date.now() + RULES_WAIT_SECONDS * 1000;
  await until(
    () => ask<{ groups: { name: string; lastEvaluation: string }[] }>('rules?type=alert'),
    ({ groups }) =>
      groups.some((group) => group.name === 'linborg-predicted' && Date.parse(group.lastEvaluation) > settledAt),
  );
}

async function ask<Answer>(question: string): Promise<Answer> {
  const { data } = (await (await fetch(`${prometheus.url}/api/v1/${question}`)).json()) as { data: Answer };
  return data;
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

function alertsIn(body: string): Alert[] {
  return (JSON.parse(body) as { alerts: Alert[] }).alerts;
}

function whoWasTold(): Set<string> {
  return new Set(onCall.received.map(({ path }) => path));
}

/** Waits for the alert about the memory at this receiver. */
async function toldTo(receiver: string): Promise<Alert> {
  const alerts = await until(
    async () => onCall.received.filter(({ path }) => path === `/${receiver}`).flatMap(({ body }) => alertsIn(body)),
    (all) => all.some(({ labels }) => labels['alertname'] === ALERT),
  );
  return alerts.findLast(({ labels }) => labels['alertname'] === ALERT)!;
}

/** Holds what the alert says against what the simulator will do. */
function expectToBeTrue({ labels, annotations }: Alert, moment: Moment, withinSeconds: number): void {
  const { summary, description, runbook_url } = annotations;
  expect(labels).toMatchObject({ metric: 'mem_used_pct', profile: 'web_api' });
  expect(runbook_url).toBe(`${RUNBOOKS}/${ALERT}.md`);
  const said = (sentence: RegExp) => {
    expect(description).toMatch(sentence);
    return sentence.exec(description)![1]!;
  };
  // A page goes by the median, a ticket by what one forecast in ten is worse than; each tells the other.
  const isPage = labels['severity'] === 'critical';
  const median = said(
    isPage
      ? /^The median forecast of mem_used_pct of ppweb001 reaches its threshold of 95 % in (.+?)\. /
      : / The median forecast gets there in (.+?)\. /,
  );
  const worst = said(
    isPage
      ? / It may be in (.+?)\. /
      : /^In one case of ten mem_used_pct of ppweb001 reaches its threshold of 95 % in (.+?) or sooner\. /,
  );
  expect(summary).toBe(`${LEAKING} runs out of memory in ${isPage ? median : `${worst} at the worst`}`);
  const seconds = secondsOf(median);
  expect(secondsOf(worst)).toBeGreaterThan(0);
  expect(secondsOf(worst)).toBeLessThanOrEqual(seconds);
  expect(secondsOf(isPage ? median : worst)).toBeLessThan(withinSeconds);
  const truth = secondsToFull(moment);
  expect(Math.abs(seconds - truth)).toBeLessThan(Math.max(truth / 2, HOUR / 2));
  expectBetween(said(/ In 4h it is ([\d.]+) %/), MEMORY_FULL_PCT, 100);
  // The leak itself fills three points per hour; the day's rhythm adds to it or takes away.
  expectBetween(said(/ Over the last 3h it has moved by ([+-][\d.]+) per hour\./), 1.5, 6);
  expectBetween(said(/ A threshold is breached within 4h with a probability of ([\d.]+)%\./), 1, 100);
}

function expectBetween(text: string, low: number, high: number): void {
  expect(Number(text)).toBeGreaterThanOrEqual(low);
  expect(Number(text)).toBeLessThanOrEqual(high);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: 60, s: 1 };

/** `1h 25m 5s`, as Prometheus writes it, or `a minute`. */
function secondsOf(text: string): number {
  if (text === 'a minute') return 60;
  const parts = [...text.matchAll(/([\d.]+)([dhms])\b/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit!]!, 0);
}

/** Seconds from now until the memory really reaches its threshold. */
function secondsToFull(moment: Moment): number {
  const server = fleetAt(moment).find(({ name }) => name === LEAKING)!;
  const row = new Float64Array(ROW_LENGTH);
  for (let step = Math.floor(simulatedNow / STEP_SECONDS); ; step++) {
    server.writeStep(step, row);
    if (row[ROW.mem_used_pct]! >= MEMORY_FULL_PCT) return step * STEP_SECONDS - simulatedNow;
  }
}

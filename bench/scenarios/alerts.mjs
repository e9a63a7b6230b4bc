/**
 * Scores the alerts that linborg comes with, as Prometheus would have raised them: what `record.mjs` recorded becomes the history
 * of a private Prometheus, rules/recording.yml and rules/alerts.yml are evaluated over it unchanged, and the alerts are compared
 * with labels.csv.
 *
 *   node bench/scenarios/alerts.mjs [--rules rules] [--verbose] FOLDER…
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { firingSpans } from '../../dist/app/backtest/rules/firing.js';
import { readRuleFile } from '../../dist/app/backtest/rules/ruleFile.js';
import { linesOf, readLabels, STEP } from './recording.mjs';

const HOUR = 3600;
const WEEK = 7 * 86_400;
/** A breach counts if it lasts so long. */
const SUSTAINED_STEPS = 3;
/** What a prediction claims. */
const CLAIM = 8 * HOUR;
/** A breach that comes so long after the ramp's start leaves time for a warning that is of use. */
const SLOW = 2 * HOUR;
/** Alerts about servers' future; the others tell of what is there, or of linborg itself. */
const PREDICTED =
  /^Linborg(ServerAtRisk|MemoryExhaustionPredicted|DiskFullPredicted|SaturationPredicted|ConnectionLeakPredicted|ConnectionSurgePredicted)$/;

const VERDICTS = [
  'before a breach',
  'on a ramp that ended before its breach',
  'after the breach',
  'false',
  'false: within an hour after an incident',
  'false: planned batch',
];

const KIND_COLUMNS = [
  'kind',
  'episodes',
  'with a breach',
  'start to breach, median',
  'warned before it',
  'recall',
  'median lead',
  'breach after 2 h or more',
  'warned',
  'median lead',
  'without a breach',
  'warned',
];

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { rules: { type: 'string', default: 'rules' }, verbose: { type: 'boolean', default: false } },
});
if (folders.length === 0) {
  process.stderr.write('usage: alerts.mjs [--rules rules] [--verbose] FOLDER…\n');
  process.exit(2);
}

const episodes = [];
const firings = [];
let serverWeeks = 0;
for (const folder of folders) {
  const history = await readHistory(folder);
  const span = { from: history.scoredFrom, to: history.until };
  serverWeeks += (history.servers.size * (span.to - span.from)) / WEEK;
  const labels = (await readLabels(folder)).filter(({ end, start }) => end > span.from && start < span.to);
  const own = labels.map((label) => ({
    folder,
    ...label,
    // What began before could have been warned of before.
    isWhole: label.start >= span.from,
    onset: label.isIncident ? onsetOf(label, history) : undefined,
  }));
  const raised = (await replayAlerts(history, span)).map((firing) => ({ folder, ...firing }));
  for (const episode of own) episode.warning = warningOf(episode, raised, span);
  for (const firing of raised) firing.verdict = verdictOf(firing, own, history);
  episodes.push(...own);
  firings.push(...raised);
}
process.stdout.write(`${report()}\n`);

/** What was served, as the text that promtool imports, and what happened. */
async function readHistory(folder) {
  const work = await mkdtemp(join(tmpdir(), 'linborg-alerts-'));
  const path = join(work, 'served.om');
  const out = createWriteStream(path);
  const history = {
    work,
    path,
    servers: new Set(),
    breaches: new Map(),
    scoredFrom: Number.POSITIVE_INFINITY,
    from: undefined,
    until: 0,
  };
  for await (const line of linesOf(folder)) {
    history.from ??= line.at;
    history.until = line.at;
    if (line.isScored) history.scoredFrom = Math.min(history.scoredFrom, line.at);
    for (const server of line.servers) noteBreaches(history, server, line.at);
    if (!out.write(exposition(line))) await once(out, 'drain');
  }
  out.end('# EOF\n');
  await finished(out);
  return history;
}

/** Whether each threshold is breached in the newest bucket. */
function noteBreaches({ servers, breaches }, { server, risk }, at) {
  servers.add(server);
  for (const metric of risk?.breached ?? []) {
    const key = `${server},${metric}`;
    const moments = breaches.get(key) ?? [];
    breaches.set(key, moments);
    moments.push(at - STEP);
  }
}

/** The series of one cycle that the rules look at, at the end of its bucket. */
function exposition({ at, cascade, servers }) {
  const line = (name, labels, value) => `${name}{${labels}} ${value} ${at}\n`;
  let text =
    line('linborg_cascade_score', '', cascade?.score ?? 0) +
    line('linborg_cascade_servers', '', cascade?.members.length ?? 0);
  for (const { server, profile, state, stress, anomalies, risk } of servers) {
    const own = `server="${server}"`;
    text += line('linborg_server_state', `${own},state="${state}"`, 1);
    if (stress !== undefined) text += line('linborg_server_stress_ratio', own, stress);
    for (const [metric, score] of Object.entries(anomalies))
      text += line('linborg_anomaly_score', `${own},metric="${metric}"`, score);
    if (risk === undefined) continue;
    text += line('linborg_risk_level', `${own},profile="${profile}",color="${risk.color}"`, 1);
    for (const [metric, points] of Object.entries(risk.points))
      text += line('linborg_risk_contribution', `${own},metric="${metric}"`, points);
    for (const [metric, limit] of Object.entries(risk.limits))
      text += line('linborg_threshold_value', `${own},metric="${metric}"`, limit);
    for (const [metric, peak] of Object.entries(risk.usual ?? {}))
      text += line('linborg_threshold_usual_value', `${own},metric="${metric}"`, peak);
    for (const [metric, value] of Object.entries(risk.values))
      if (value !== null) text += line('linborg_metric_value', `${own},metric="${metric}"`, value);
    for (const [metric, trend] of Object.entries(risk.trends))
      text += line('linborg_trend_per_hour', `${own},metric="${metric}"`, trend);
    text += line('linborg_risk_score', `${own},profile="${profile}"`, risk.score);
    for (const [horizon, p] of Object.entries(risk.probability))
      text += line('linborg_incident_probability_ratio', `${own},horizon="${horizon}"`, p);
    for (const metric of risk.breached) text += line('linborg_threshold_breached', `${own},metric="${metric}"`, 1);
    for (const [metric, seconds] of Object.entries(risk.seconds)) {
      for (const [level, until] of Object.entries(seconds)) {
        if (until !== null)
          text += line('linborg_time_to_threshold_seconds', `${own},metric="${metric}",level="${level}"`, until);
      }
    }
  }
  return text;
}

/** The first breach of any threshold of the server that lasts and begins within the episode. */
function onsetOf({ server, start, end }, { breaches }) {
  let first;
  for (const [key, moments] of breaches) {
    if (!key.startsWith(`${server},`)) continue;
    for (const at of runsOf(moments)) if (at >= start && at < end) first = Math.min(first ?? at, at);
  }
  return first;
}

/** Beginnings of breaches that last. */
function runsOf(moments) {
  return moments.filter(
    (at, i) => at - moments[i - 1] !== STEP && moments[i + SUSTAINED_STEPS - 1] === at + (SUSTAINED_STEPS - 1) * STEP,
  );
}

async function replayAlerts({ work, path, from, until }, span) {
  await mkdir(join(work, 'data'));
  await writeFile(join(work, 'prometheus.yml'), 'scrape_configs: []\n');
  await importHistory(work, path);
  const alerts = (await readRuleFile(join(flags.rules, 'alerts.yml'))).alerts.filter(({ alert }) =>
    PREDICTED.test(alert),
  );
  for (const [i, rules] of (await recordingsBehind(alerts)).entries()) {
    const prometheus = await start(work);
    const lines = [];
    for (const { record, expr, labels = {} } of rules) {
      for (const { metric, values } of await ask(prometheus.url, expr, from, until))
        lines.push(...recorded(record, { ...metric, ...labels }, values));
    }
    await prometheus.stop();
    const layer = join(work, `recorded-${i}.om`);
    await writeFile(layer, `${lines.join('')}# EOF\n`);
    await importHistory(work, layer);
  }
  const prometheus = await start(work);
  try {
    const all = [];
    for (const rule of alerts) all.push(...(await firingsOf(rule, prometheus.url, { from, until })));
    return joined(all).filter(({ from: began }) => began >= span.from);
  } finally {
    await prometheus.stop();
    await rm(work, { recursive: true, force: true });
  }
}

async function importHistory(work, path) {
  await run('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    '--quiet',
    '--max-block-duration=744h',
    path,
    join(work, 'data'),
  ]);
}

function recorded(name, { __name__, ...labels }, values) {
  const inner = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return values.map(([at, value]) => `${name}{${inner.join(',')}} ${value} ${at}\n`);
}

/** The recording rules that alerts stand on, in layers: each needs only those before it. */
async function recordingsBehind(alerts) {
  const { groups } = parse(await readFile(join(flags.rules, 'recording.yml'), 'utf8'));
  const rules = groups.flatMap(({ rules: own }) => own);
  const names = new Set(rules.map(({ record }) => record));
  const namesIn = (expr) =>
    [...String(expr).matchAll(/[a-z_]+:[a-z0-9_]+:[a-z0-9_]+/g)]
      .map(([name]) => name)
      .filter((name) => names.has(name));
  const depth = new Map();
  const visit = (name) => {
    const below = rules.filter(({ record }) => record === name).flatMap(({ expr }) => namesIn(expr));
    for (const other of below) visit(other);
    depth.set(name, Math.max(0, ...below.map((other) => 1 + depth.get(other))));
  };
  for (const { expr } of alerts) for (const name of namesIn(expr)) visit(name);
  const needed = rules.filter(({ record }) => depth.has(record));
  const layers = [...new Set(depth.values())].sort();
  return layers.map((layer) => needed.filter(({ record }) => depth.get(record) === layer));
}

async function ask(url, expr, from, until) {
  const query = new URLSearchParams({ query: expr, start: from, end: until, step: STEP });
  const answer = await (await fetch(`${url}/api/v1/query_range`, { method: 'POST', body: query })).json();
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
  return answer.data.result;
}

async function firingsOf({ alert, expr, forSeconds, keepFiringSeconds }, url, { from, until }) {
  return (await ask(url, expr, from, until)).flatMap(({ metric, values }) =>
    firingSpans(
      Float64Array.from(values, ([at]) => at),
      { intervalSeconds: STEP, forSeconds, keepFiringSeconds },
    ).map((firing) => ({ alert, server: metric.server, metric: metric.metric, ...firing })),
  );
}

/** Ticket and page of one alert on one server are one. */
function joined(all) {
  const spans = [];
  for (const firing of all.sort((a, b) => a.from - b.from)) {
    const same = spans.find(
      ({ alert, server, metric, to }) =>
        alert === firing.alert && server === firing.server && metric === firing.metric && to >= firing.from,
    );
    if (same === undefined) spans.push({ ...firing });
    else same.to = Math.max(same.to, firing.to);
  }
  return spans;
}

/** The first alert of a server between an episode's start and its breach, or else its end. */
function warningOf({ server, start, end, onset = end, isIncident }, raised, { from }) {
  if (!isIncident || start < from) return undefined;
  return raised.find((firing) => firing.server === server && firing.from >= start && firing.from <= onset);
}

function verdictOf({ server, from }, labels, { breaches }) {
  const own = labels.filter((label) => label.server === server);
  const incident = own.find(({ isIncident, start, end }) => isIncident && start <= from && from < end);
  if (incident !== undefined) {
    if (incident.onset === undefined) return 'on a ramp that ended before its breach';
    return from <= incident.onset ? 'before a breach' : 'after the breach';
  }
  for (const [key, moments] of breaches) {
    if (key.startsWith(`${server},`) && runsOf(moments).some((at) => at >= from && at < from + CLAIM))
      return 'before a breach';
  }
  if (own.some(({ isIncident, start, end }) => !isIncident && start <= from && from < end))
    return 'false: planned batch';
  if (own.some(({ isIncident, end }) => isIncident && end <= from && from < end + HOUR))
    return 'false: within an hour after an incident';
  return 'false';
}

function report() {
  const lines = [];
  if (flags.verbose) {
    for (const { folder, kind, server, start, end, onset, warning, facts } of episodes) {
      if (facts.incident !== 'true') continue;
      const at = (time) => (time === undefined ? '-' : `+${((time - start) / HOUR).toFixed(1)}h`);
      lines.push(
        `${folder} ${kind} ${server} ${start} breach ${at(onset)} end ${at(end)} peak ${facts.peak} ${facts.metric}: ${warning ? `${warning.alert} ${warning.metric ?? ''} ${at(warning.from)}` : 'no warning'}`,
      );
    }
    for (const { folder, alert, metric, server, from, to, verdict } of firings) {
      if (verdict.startsWith('false'))
        lines.push(
          `${folder} ${verdict} ${alert} ${metric ?? ''} ${server} ${from} for ${((to - from) / HOUR).toFixed(1)}h`,
        );
    }
  }
  const incidents = episodes.filter(({ isIncident, isWhole }) => isIncident && isWhole);
  const kinds = [...new Set(incidents.map(({ kind }) => kind))].sort();
  lines.push(row(KIND_COLUMNS), row(KIND_COLUMNS.map(() => '---')));
  for (const kind of kinds)
    lines.push(
      kindRow(
        kind,
        incidents.filter((one) => one.kind === kind),
      ),
    );
  lines.push(kindRow('all', incidents));
  const columns = ['alert', 'raised', ...VERDICTS, 'precision', 'false per server-week'];
  lines.push('', row(columns), row(columns.map(() => '---')));
  for (const alert of [...new Set(firings.map(({ alert: name }) => name))].sort()) {
    lines.push(
      alertRow(
        alert,
        firings.filter((one) => one.alert === alert),
      ),
    );
  }
  lines.push(alertRow('all', firings));
  const batches = episodes.filter(({ kind }) => kind === 'planned_batch');
  const fallen = batches.filter((batch) =>
    firings.some(
      ({ folder, server, from, verdict }) =>
        folder === batch.folder &&
        server === batch.server &&
        verdict === 'false: planned batch' &&
        from >= batch.start &&
        from < batch.end,
    ),
  );
  lines.push('', `${batches.length} planned batches, alerts during ${fallen.length} of them`);
  return lines.join('\n');
}

function kindRow(kind, list) {
  const breached = list.filter(({ onset }) => onset !== undefined);
  const warned = breached.filter(({ warning }) => warning !== undefined);
  const slow = breached.filter(({ start, onset }) => onset - start >= SLOW);
  const slowWarned = slow.filter(({ warning }) => warning !== undefined);
  const calm = list.filter(({ onset }) => onset === undefined);
  const leadOf = ({ onset, warning }) => onset - warning.from;
  return row([
    kind,
    list.length,
    breached.length,
    medianHours(breached.map(({ start, onset }) => onset - start)),
    warned.length,
    breached.length === 0 ? '' : (warned.length / breached.length).toFixed(2),
    medianHours(warned.map(leadOf)),
    slow.length,
    slowWarned.length,
    medianHours(slowWarned.map(leadOf)),
    calm.length,
    calm.filter(({ warning }) => warning !== undefined).length,
  ]);
}

function medianHours(seconds) {
  const sorted = seconds.toSorted((a, b) => a - b);
  return sorted.length === 0 ? '' : `${(sorted[(sorted.length - 1) >> 1] / HOUR).toFixed(1)} h`;
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

function alertRow(alert, list) {
  const counts = VERDICTS.map((verdict) => list.filter((one) => one.verdict === verdict).length);
  const wrong = list.filter(({ verdict }) => verdict.startsWith('false')).length;
  const precision = list.length === 0 ? '' : (1 - wrong / list.length).toFixed(2);
  return row([alert, list.length, ...counts, precision, (wrong / serverWeeks).toFixed(2)]);
}

async function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${said}`);
}

/** Between two cycles a series is what it was; after that it is gone. */
async function start(work) {
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(work, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(work, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${STEP - 1}s`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok; tries++) {
    if (child.exitCode !== null || tries > 300) throw new Error('Prometheus does not start');
    await sleep(200);
  }
  const stop = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  return { url, stop };
}

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

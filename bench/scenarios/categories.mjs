/**
 * Scores a category: its watch, fed with the deviations that were recorded, against `labels.csv`. `infrastructure` of what `record.mjs` or `recordByHand.mjs`
 * recorded, `api` of what `recordServices.mjs` did.
 *
 *   node bench/scenarios/categories.mjs FOLDER…
 */
import { basename } from 'node:path';
import { SEVERITIES } from '../../dist/core/category.js';
import { CategoryWatch } from '../../dist/scoring/categories.js';
import { API_METRICS, quantile, readLabels, recorded, STEP } from './recording.mjs';

const MINUTE = 60;
const HOUR = 3600;
const WEEK = 7 * 86_400;
/** Spells of an anomaly that are less apart are one. */
const QUIET = 30 * MINUTE;
/** Less is a matter of single servers. */
const GROUP = 3;

const folders = process.argv.slice(2);
if (folders.length === 0) {
  process.stderr.write('usage: categories.mjs FOLDER…\n');
  process.exit(2);
}
for (const folder of folders) {
  const { spells, weeks, share } = await replay(folder);
  process.stdout.write(`${report(basename(folder), { spells, weeks, share, labels: await readLabels(folder) })}\n`);
}

/** Spells of the anomaly, and the mean share that was outlying. */
async function replay(folder) {
  const watch = new CategoryWatch(new Map(API_METRICS.map((name) => [name, 'api'])));
  const spells = [];
  let moments = 0;
  let shares = 0;
  for await (const { at, isScored, servers, memory } of recorded(folder)) {
    for (const { server, state, newest, deviations } of servers)
      watch.judge({ server, state, newest, metrics: Object.keys(deviations) }, memory);
    const [state] = watch.conclude(at);
    if (!isScored || state === undefined) continue;
    moments++;
    shares += state.outlying / state.judged;
    if (state.severity !== undefined) extend(spells, at, state);
  }
  return { spells, weeks: (moments * STEP) / WEEK, share: shares / moments };
}

function extend(spells, at, { severity, series }) {
  const last = spells.at(-1);
  const names = series.map(({ server }) => server);
  if (last === undefined || at - last.to > QUIET)
    spells.push({ from: at, to: at, worst: severity, servers: new Set(names) });
  else {
    last.to = at;
    if (SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(last.worst)) last.worst = severity;
    for (const name of names) last.servers.add(name);
  }
}

function report(name, { spells, weeks, share, labels }) {
  const incidents = labels.filter(({ isIncident }) => isIncident);
  const bySeverity = SEVERITIES.map((one) => `${one} ${spells.filter(({ worst }) => worst === one).length}`);
  const cascades = groupsOf(incidents.filter(({ kind }) => kind === 'cascade')).filter(
    ({ servers }) => servers.size >= GROUP,
  );
  const delays = cascades.map((cascade) => delayOf(cascade, spells)).filter((delay) => delay !== undefined);
  const strangers = spells.filter((spell) => !incidents.some((incident) => isAbout(spell, groupsOf([incident])[0])));
  const median = quantile(
    delays.sort((a, b) => a - b),
    0.5,
  );
  const told = [...new Set(incidents.map(({ kind }) => kind))].sort().map((kind) => {
    const own = groupsOf(incidents.filter((incident) => incident.kind === kind));
    return `${kind} ${own.filter((one) => delayOf(one, spells) !== undefined).length} of ${own.length}`;
  });
  return [
    `${name}: ${weeks.toFixed(1)} weeks, outlying ${(100 * share).toFixed(1)} % of the servers or series at any time`,
    `  anomalous ${(spells.length / weeks).toFixed(1)} times a week (${bySeverity.join(', ')}), ${(strangers.length / weeks).toFixed(1)} of them without an incident`,
    `  told by kind: ${told.join(', ') || 'there is none'}`,
    `  cascades told ${delays.length} of ${cascades.length}${median === undefined ? '' : `, median ${median / MINUTE} min after the first onset`}`,
  ].join('\n');
}

/** Incidents of a kind that overlap, as one. */
function groupsOf(incidents) {
  const groups = [];
  for (const { server, start, end } of [...incidents].sort((a, b) => a.start - b.start)) {
    const last = groups.at(-1);
    if (last === undefined || start >= last.end) groups.push({ start, end, servers: new Set([server]) });
    else {
      last.end = Math.max(last.end, end);
      last.servers.add(server);
    }
  }
  return groups;
}

/** An hour is looked at, so an incident may be told of up to an hour after its end. */
function isAbout({ from, to, servers }, incident) {
  return from <= incident.end + HOUR && to >= incident.start && [...servers].some((one) => incident.servers.has(one));
}

/** Seconds from the beginning to the first telling; undefined without one. */
function delayOf(cascade, spells) {
  const [first] = spells.filter((spell) => isAbout(spell, cascade));
  return first && Math.max(0, first.from - cascade.start);
}

/**
 * Scores cascades: the watch over the fleet, fed with the deviations that `record.mjs` recorded, against `labels.csv`.
 *
 *   node bench/scenarios/cascades.mjs FOLDER… [--verbose]
 */
import { parseArgs } from 'node:util';
import { FleetWatch } from '../../dist/scoring/fleet.js';
import { planFleet } from '../../dist/simulator/fleetPlan.js';
import { quantile, readLabels, recorded, STEP } from './recording.mjs';

const MINUTE = 60;
const WEEK = 7 * 86_400;
/** LinborgCascadePredicted: its score and its number of servers. */
const SCORE = 0.5;
const SERVERS = 3;
/** Found in time: so long after the third server began. */
const IN_TIME = 10 * MINUTE;
/** Spells of the alert that are less apart are one. */
const QUIET = 30 * MINUTE;

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', default: false } },
});
if (folders.length === 0) {
  process.stderr.write('usage: cascades.mjs FOLDER… [--verbose]\n');
  process.exit(2);
}

const found = [];
const alarms = [];
let weeks = 0;
for (const folder of folders) {
  const moments = await replay(folder);
  const labels = await readLabels(folder);
  const scored = moments.filter(({ isScored }) => isScored);
  weeks += (scored.length * STEP) / WEEK;
  const cascades = cascadesOf(labels).filter(({ third }) => third >= scored[0].at);
  for (const cascade of cascades) found.push({ folder, ...cascade, ...finding(cascade, scored) });
  alarms.push(...spells(scored).map((spell) => ({ folder, ...spell, what: explain(spell, labels, cascades) })));
}
process.stdout.write(`${report()}\n`);

/** The state of the fleet bucket by bucket, as the watch tells it now. */
async function replay(folder) {
  const watch = new FleetWatch();
  const moments = [];
  for await (const { at, isScored, servers, memory } of recorded(folder)) {
    for (const { server, profile, state, newest } of servers)
      watch.judge({ server, profile, state, newest, stepSeconds: STEP }, memory);
    moments.push({ at, isScored, ...watch.conclude(memory, at) });
  }
  return moments;
}

/** Labelled cascades of three servers or more: the servers of a service that went wrong at one time. */
function cascadesOf(labels) {
  const services = new Map(planFleet(20_000).map(({ name, service }) => [name, service]));
  const rows = labels.filter(({ kind }) => kind === 'cascade').sort((a, b) => a.start - b.start);
  const origins = rows.filter(({ facts }) => facts.role === 'origin');
  return origins.flatMap((origin) => {
    const members = rows.filter(
      ({ server, start, end }) =>
        services.get(server) === services.get(origin.server) &&
        start >= origin.start &&
        start < origin.end &&
        end > origin.start,
    );
    if (members.length < SERVERS) return [];
    const starts = members.map(({ start }) => start).sort((a, b) => a - b);
    return [
      {
        origin: origin.server,
        servers: members.map(({ server }) => server),
        starts: members.map(({ server, start }) => [server, start]),
        start: origin.start,
        third: starts[2],
        end: Math.max(...members.map(({ end }) => end)),
      },
    ];
  });
}

function isTold({ cascade }) {
  return cascade !== undefined && cascade.score >= SCORE && cascade.members.length >= SERVERS;
}

/** Whether the members told are mostly those of the labelled cascade. */
function isAbout(members, { servers }) {
  return members.filter(({ server }) => servers.includes(server)).length * 2 > members.length;
}

function finding(cascade, moments) {
  const during = moments.filter(({ at }) => at > cascade.start && at <= cascade.end);
  const told = during.filter((moment) => isTold(moment) && isAbout(moment.cascade.members, cascade));
  const [first] = told;
  if (first === undefined) return { delay: undefined, isRight: false };
  const originOf = ({ cascade: { origin } }) => origin.server;
  return {
    delay: first.at - cascade.third,
    isRight: originOf(first) === cascade.origin,
    isRightAtLast: originOf(told.at(-1)) === cascade.origin,
    told: first.cascade.members.map(({ server, since }) => [server, since]),
    named: originOf(first),
  };
}

/** Stretches in which a cascade is told. */
function spells(moments) {
  const list = [];
  for (const moment of moments) {
    if (!isTold(moment)) continue;
    const last = list.at(-1);
    if (last !== undefined && moment.at - last.to <= QUIET) {
      last.to = moment.at;
      for (const { server } of moment.cascade.members) last.servers.add(server);
    } else {
      list.push({
        from: moment.at,
        to: moment.at,
        servers: new Set(moment.cascade.members.map(({ server }) => server)),
        members: moment.cascade.members,
        score: moment.cascade.score,
      });
    }
  }
  return list;
}

/** What was going on when it was told: a cascade, a noisy neighbour, planned work, incidents that had nothing in common, nothing. */
function explain({ from, to, members, servers }, labels, cascades) {
  if (cascades.some((cascade) => cascade.start <= to && cascade.end + QUIET >= from && isAbout(members, cascade)))
    return 'cascade';
  const there = labels.filter(
    ({ server, start, end }) => servers.has(server) && start < from && end > from - 2 * QUIET,
  );
  const kinds = [...new Set(there.map(({ kind }) => kind))].sort();
  if (kinds.includes('cascade')) return 'cascade of two servers, or its end';
  if (kinds.includes('noisy_neighbour')) return 'noisy neighbour';
  return kinds.length === 0 ? 'nothing' : kinds.join('+');
}

function report() {
  const hits = found.filter(({ delay }) => delay !== undefined);
  const inTime = hits.filter(({ delay }) => delay <= IN_TIME);
  const delays = hits.map(({ delay }) => delay / MINUTE).sort((a, b) => a - b);
  const lines = [];
  if (flags.verbose) {
    for (const one of found) {
      const relative = (pairs) =>
        pairs?.map(([server, start]) => `${server}+${(start - one.start) / MINUTE}`).join(' ');
      lines.push(
        `${one.folder} ${one.start} third +${(one.third - one.start) / MINUTE} min: ${one.delay === undefined ? 'NOT FOUND' : `${one.delay / MINUTE} min`}${one.isRight ? '' : ` named ${one.named}`}\n    labelled ${relative(one.starts)}\n    told     ${relative(one.told)}`,
      );
    }
    for (const { folder, from, what, members, score } of alarms) {
      if (what !== 'cascade')
        lines.push(
          `${folder} ${from} ${score.toFixed(2)} ${what}: ${members.map(({ server, since, stress }) => `${server}@${(since - from) / MINUTE}(${stress.toFixed(1)})`).join(' ')}`,
        );
    }
  }
  lines.push(
    `${found.length} cascades in ${weeks.toFixed(1)} fleet-weeks: found ${share(hits, found)}, within ${IN_TIME / MINUTE} min of the third onset ${share(inTime, found)}${delays.length === 0 ? '' : `, median ${quantile(delays, 0.5)} min, p90 ${quantile(delays, 0.9)} min`}`,
    `origin right when first told ${share(
      hits.filter(({ isRight }) => isRight),
      hits,
    )}, when last told ${share(
      hits.filter(({ isRightAtLast }) => isRightAtLast),
      hits,
    )}`,
  );
  const byWhat = new Map();
  for (const { what } of alarms) byWhat.set(what, (byWhat.get(what) ?? 0) + 1);
  const wrong = [...byWhat].filter(([what]) => what !== 'cascade');
  lines.push(
    `told without one: ${(wrong.reduce((sum, [, count]) => sum + count, 0) / weeks).toFixed(1)} per fleet-week${wrong.map(([what, count]) => `; ${what}: ${count}`).join('')}`,
  );
  return lines.join('\n');
}

function share(part, whole) {
  return `${part.length} of ${whole.length}`;
}

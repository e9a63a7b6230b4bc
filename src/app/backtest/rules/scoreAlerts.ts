/** How alerts fare against what came, whoever raised them. */
import { groupBy } from '../../../core/groupBy.js';
import { isUnproved } from '../incidents/alarms.js';
import { medianOrNull } from '../incidents/subjectScores.js';
import { CLAIM_SECONDS, type Incident, type Watch } from '../incidents/watch.js';
import type { RuleScore } from '../report/incidentData.js';
import type { Firing } from './evaluateAlerts.js';

const WEEK_SECONDS = 7 * 86_400;

export type AlertName = Pick<RuleScore, 'alert' | 'group' | 'title'>;

/** Figures of a list of alerts; one that fires before the servers are watched is not counted. */
export function scoreAlerts(name: AlertName, firings: readonly Firing[], watches: readonly Watch[]): RuleScore {
  const byServer = groupBy(firings, ({ server }) => server);
  const tally = { early: 0, during: 0, falseAlerts: 0, pending: 0, onsets: 0, before: 0, leads: [] as number[] };
  let watchedSeconds = 0;
  for (const watch of watches) {
    watchedSeconds += watch.knownUntil - watch.times[0]!;
    const own = (byServer.get(watch.server) ?? []).filter(
      ({ from }) => from >= watch.times[0]! && from < watch.knownUntil,
    );
    for (const firing of own) tally[verdictOf(firing, watch)]++;
    for (const incident of watch.incidents) {
      if (incident.onset === undefined) continue;
      tally.onsets++;
      const warning = warningOf(incident, incident.onset, own, watch.incidents);
      if (warning === undefined) continue;
      tally.leads.push(warning.lead);
      if (warning.isBefore) tally.before++;
    }
  }
  const { early, during, falseAlerts, pending, onsets, before, leads } = tally;
  const servers = new Set(watches.map(({ server }) => server));
  const judged = early + during + falseAlerts;
  const alerts = judged + pending;
  const spanSeconds = watches.length === 0 ? 0 : spanOf(watches);
  return {
    ...name,
    alerts,
    alertsPerWeek: spanSeconds === 0 ? 0 : (alerts * WEEK_SECONDS) / spanSeconds,
    alertsPerServerWeek: watchedSeconds === 0 ? 0 : (alerts * WEEK_SECONDS) / watchedSeconds,
    early,
    during,
    falseAlerts,
    unassigned: firings.filter(({ server }) => server === undefined || !servers.has(server)).length,
    precision: judged === 0 ? null : (early + during) / judged,
    onsets,
    recallBefore: onsets === 0 ? null : before / onsets,
    recall: onsets === 0 ? null : leads.length / onsets,
    medianLeadSeconds: medianOrNull(leads),
  };
}

/** From the first moment of any server to the last. */
function spanOf(watches: readonly Watch[]): number {
  return Math.max(...watches.map(({ knownUntil }) => knownUntil)) - Math.min(...watches.map(({ times }) => times[0]!));
}

function verdictOf(firing: Firing, watch: Watch): 'early' | 'during' | 'falseAlerts' | 'pending' {
  const { incidents, knownUntil } = watch;
  const { from } = firing;
  if (isDuring(firing, incidents)) return 'during';
  if (incidents.some((incident) => incident.from <= from && from <= incident.until)) return 'early';
  return from + CLAIM_SECONDS <= knownUntil && !isUnproved(firing, watch) ? 'falseAlerts' : 'pending';
}

interface Warning {
  /** Seconds from the alert to the onset; negative = after it. */
  readonly lead: number;
  /** Whether it came before, and not because something else was already wrong. */
  readonly isBefore: boolean;
}

/**
 * The earliest alert that stood in the eight hours before the onset or began during the incident. One that another incident
 * raised warns of nothing; if it still stands when this one begins, it is there in time for it.
 */
function warningOf(
  { from, end }: Incident,
  onset: number,
  firings: readonly Firing[],
  all: readonly Incident[],
): Warning | undefined {
  let earliest: Warning | undefined;
  for (const firing of firings) {
    if (firing.from >= end || firing.to <= from) continue;
    const isEcho = firing.from < onset && isDuring(firing, all);
    if (isEcho && firing.to <= onset) continue;
    const lead = isEcho ? 0 : onset - Math.max(firing.from, from);
    if (earliest === undefined || lead > earliest.lead) earliest = { lead, isBefore: !isEcho && lead >= 0 };
  }
  return earliest;
}

function isDuring({ from }: Firing, incidents: readonly Incident[]): boolean {
  return incidents.some((incident) => incident.start <= from && from < incident.end);
}

/** What a backtest says of alarms on the terminal. */
import { formatDuration } from '../../../core/duration.js';
import { renderTable } from '../../table.js';
import type { DatasetIncidents, IncidentSubject, ReliabilityReport, RuleComparison } from '../report/incidentData.js';

const ALARM_COLUMNS = [
  'method',
  'recall',
  'lead',
  'precision',
  'false/server-week',
  'recall ahead',
  'false ahead',
  'AUROC',
  'within servers',
];
const RULE_COLUMNS = ['alert', 'alerts/week', 'precision', 'recall before', 'recall', 'lead'];
const RELIABILITY_COLUMNS = [
  'within',
  'cases',
  'came',
  'Brier',
  'before recalibration',
  'always the rate',
  'farthest off',
  'before recalibration',
];
const RIGHT = new Set(ALARM_COLUMNS.map((_, i) => i).slice(1));

/** Tenths of the probability with fewer cases are not looked at: chance alone puts them off. */
const LEAST_CASES = 200;

/** Every subject that has an onset, how true the probabilities were, and the rules that were compared. */
export function incidentSummary(dataset: DatasetIncidents): string {
  const { name, subjects, rules } = dataset;
  const judged = subjects.filter(({ onsets }) => onsets > 0).map((subject) => subjectTable(name, subject));
  const none = judged.length === 0 ? [`${name}: no onset to warn of`] : [];
  const compared = rules === undefined ? [] : [ruleTable(name, rules)];
  return [...none, ...judged, ...reliabilityTable(dataset), ...compared].join('\n\n');
}

/** Of all thresholds together; nothing where no breach came, since there is nothing to be true about. */
function reliabilityTable({ name, reliability, rawReliability }: DatasetIncidents): string[] {
  const rows = reliability.flatMap((served, h) => {
    if (served.rate === null || served.rate === 0) return [];
    const { horizon, cases, rate, brier, brierOfRate } = served;
    const raw = rawReliability[h]!;
    const briers = [brier, raw.brier, brierOfRate].map((score) => figure(score, 4));
    return [[horizon, String(cases), figure(rate, 3), ...briers, farthestOff(served), farthestOff(raw)]];
  });
  if (rows.length === 0) return [];
  const title = `${name}, reliability of the probabilities; farthest off: the tenth with ${LEAST_CASES} cases or more, given → came`;
  return [`${title}\n${renderTable(RELIABILITY_COLUMNS, rows, RIGHT)}`];
}

function farthestOff({ bins }: ReliabilityReport): string {
  const distance = ({ predicted, observed }: (typeof bins)[number]) => Math.abs(predicted - observed);
  const [worst] = bins.filter(({ cases }) => cases >= LEAST_CASES).sort((a, b) => distance(b) - distance(a));
  return worst === undefined ? '' : `${worst.predicted.toFixed(2)} → ${worst.observed.toFixed(2)}`;
}

/** AUROC is for the method's own horizon, or for 4 h. */
function subjectTable(dataset: string, { name, onsets, serverWeeks, alarms, rankings }: IncidentSubject): string {
  const rows = alarms.map(({ method, title, hindsight, ahead }) => {
    const asked = rankings.filter(({ methods }) => methods.some((ranked) => ranked.method === method));
    const own = asked.length === 1 ? asked[0] : asked.find(({ horizon }) => horizon === '4h');
    const ranking = own?.methods.find((ranked) => ranked.method === method);
    return [
      title,
      figure(hindsight.recall, 2),
      lead(hindsight.medianLeadSeconds),
      figure(hindsight.precision, 2),
      figure(hindsight.falseAlarmsPerServerWeek, 2),
      figure(ahead.recall, 2),
      figure(ahead.falseAlarmsPerServerWeek, 2),
      figure(ranking?.auroc ?? null, 3),
      figure(ranking?.aurocWithinServers ?? null, 3),
    ];
  });
  return `${dataset}, ${name}: ${onsets} onsets in ${serverWeeks.toFixed(1)} server-weeks\n${renderTable(ALARM_COLUMNS, rows, RIGHT)}`;
}

function ruleTable(dataset: string, { file, against, alerts }: RuleComparison): string {
  const rows = alerts.map(({ title, alertsPerWeek, precision, recallBefore, recall, medianLeadSeconds }) => [
    title,
    alertsPerWeek.toFixed(1),
    figure(precision, 2),
    figure(recallBefore, 2),
    figure(recall, 2),
    lead(medianLeadSeconds),
  ]);
  return `${dataset}, ${file} against ${against}\n${renderTable(RULE_COLUMNS, rows, RIGHT)}`;
}

function figure(value: number | null, digits: number): string {
  return value === null ? '' : value.toFixed(digits);
}

function lead(seconds: number | null): string {
  return seconds === null ? '' : `${seconds < 0 ? '-' : ''}${formatDuration(Math.abs(seconds))}`;
}

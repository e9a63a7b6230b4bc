/** What a backtest says of alarms on the terminal. */
import { formatDuration } from '../../../core/duration.js';
import { renderTable } from '../../table.js';
import type { DatasetIncidents, IncidentSubject, RuleComparison } from '../report/incidentData.js';

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
const RIGHT = new Set(ALARM_COLUMNS.map((_, i) => i).slice(1));

/** Every subject that has an onset, and the rules that were compared. */
export function incidentSummary({ name, subjects, rules }: DatasetIncidents): string {
  const judged = subjects.filter(({ onsets }) => onsets > 0).map((subject) => subjectTable(name, subject));
  const none = judged.length === 0 ? [`${name}: no onset to warn of`] : [];
  return [...none, ...judged, ...(rules === undefined ? [] : [ruleTable(name, rules)])].join('\n\n');
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

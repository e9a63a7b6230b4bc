/** A user's alerts beside ours. */
import { type Html, html } from '../../../web/pages/html.js';
import { describeAmount, describeCount, describeFixed, describeShare } from './figures.js';
import type { RuleComparison } from './incidentData.js';
import { describeLead, renderTable } from './incidentTable.js';

const HEADER = [
  'Alert',
  'alerts per week',
  'per server-week',
  'before an onset',
  'during',
  'false',
  'precision',
  'recall, before',
  'recall, before or during',
  'median lead',
];

export function renderRules({ file, against, alerts, recordingRules }: RuleComparison, dataset: string): Html {
  const rows = alerts.map((score) => [
    score.group === null ? score.title : `${score.title} (${score.group})`,
    describeFixed(score.alertsPerWeek, 1),
    describeFixed(score.alertsPerServerWeek, 2),
    describeCount(score.early),
    describeCount(score.during),
    describeCount(score.falseAlerts),
    describeShare(score.precision, 0),
    describeShare(score.recallBefore, 0),
    describeShare(score.recall, 0),
    describeLead(score.medianLeadSeconds),
  ]);
  const unassigned = alerts.reduce((sum, score) => sum + (score.group === null ? 0 : score.unassigned), 0);
  const notes = [
    recordingRules > 0
      ? `${describeAmount(recordingRules, 'recording rule')} of the file are not replayed: an alert on what they record is silent unless Prometheus has it.`
      : '',
    unassigned > 0
      ? `${describeAmount(unassigned, 'alert')} of no server that was watched: they carry no label that names one, or another name.`
      : '',
  ].filter((note) => note !== '');
  return html`<h3>Your rules beside linborg <span class="muted small">${file}, judged by ${against}; a lead below zero is after the onset; linborg at its limits of hindsight</span></h3>
${renderTable(`Your rules beside linborg on ${dataset}`, HEADER, rows)}
${notes.map((note) => html`<p class="small muted">${note}</p>`)}`;
}

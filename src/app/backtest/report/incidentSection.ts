/** Alarms: whether somebody would have been warned, how long before, and how often for nothing. */
import { describeDuration } from '../../../core/duration.js';
import { STEP_SECONDS } from '../../../sources/grid.js';
import { type Html, html } from '../../../web/pages/html.js';
import { describeAmount, describeCount, describeFixed, describeShare, type Figure, isMeasured } from './figures.js';
import { renderHistogram } from './histogram.js';
import type {
  AlarmScore,
  DatasetIncidents,
  HorizonRanking,
  IncidentReport,
  IncidentSubject,
  OperatingPoint,
} from './incidentData.js';
import { describeLead, renderTable } from './incidentTable.js';
import { quotientOf } from './lookup.js';
import { renderReliabilityPlot } from './reliabilityPlot.js';
import { renderRules } from './ruleTable.js';
import { farthestServed, warnedSubjects } from './warnings.js';

const SECONDS_PER_HOUR = 3600;

/** @param index of the data set, for its anchor `#incidents-<index>` */
export function renderIncidents(report: IncidentReport, dataset: DatasetIncidents, index: number): Html {
  const judged = warnedSubjects(dataset);
  const idle = dataset.subjects.filter(({ onsets }) => onsets === 0);
  return html`<section id="incidents-${String(index)}"><h2>Alarms on ${dataset.name}</h2>
<p>An alarm begins when a score reaches its limit, and claims an onset within ${describeDuration(report.claimSeconds)}. Each limit is the lowest with at most ${describeAmount(report.falseAlarmsPerServerWeek, 'false alarm')} per server-week: <b>in hindsight</b> on the same span, which nobody can do beforehand, or <b>ahead</b> on the first half of the span and judged on the second. An onset begins a breach that lasts as long as its threshold says, with none in the ${describeDuration(report.quietSeconds)} before.</p>
${judged.length === 0 ? undefined : renderWarned(judged, dataset.name)}
${judged.map((subject) => renderSubject(subject, dataset.name))}
${idle.length === 0 ? undefined : html`<p class="muted">No onset to warn of: ${idle.map(({ name, serverWeeks }) => `${name} (${describeFixed(serverWeeks, 1)} server-weeks watched)`).join(', ')}.</p>`}
${renderReliabilityPlot('Reliability, all thresholds together', dataset.reliability, dataset.rawReliability)}
${dataset.rules && renderRules(dataset.rules, dataset.name)}
</section>`;
}

/** Methods that stand beside the probability in tables with a column for each. */
const COMPARED = ['current_value', 'predict_linear_4h', 'risk_score'];

/** The alarms of the probability and of what it is compared with, as far as the subject has them. */
function comparedAlarms(subject: IncidentSubject): AlarmScore[] {
  const methods = [farthestServed(subject)?.method, ...COMPARED];
  return methods.flatMap((method) => subject.alarms.find((alarm) => alarm.method === method) ?? []);
}

/** The short answer, before every subject's tables. */
function renderWarned(subjects: readonly IncidentSubject[], dataset: string): Html {
  const titles = new Map(subjects.flatMap(comparedAlarms).map(({ method, title }) => [method, title]));
  const rows = subjects.map(({ name, onsets, serverWeeks, alarms }) => [
    name,
    describeCount(onsets),
    describeFixed(serverWeeks, 1),
    ...[...titles.keys()].map((shown) => {
      const point = alarms.find(({ method }) => method === shown)?.hindsight;
      return describeWarned(point?.recall, point?.medianLeadSeconds);
    }),
  ]);
  const header = ['Onsets of', 'onsets', 'server-weeks', ...titles.values()];
  return html`<h3>Who would have been warned <span class="muted small">share of the onsets and median lead, limits of hindsight</span></h3>
${renderTable(`Who would have been warned on ${dataset}`, header, rows)}`;
}

function describeWarned(recall: Figure, medianLeadSeconds: Figure): string {
  const isWarned = isMeasured(recall) && recall > 0;
  return `${describeShare(recall, 0)}${isWarned ? `, ${describeLead(medianLeadSeconds)}` : ''}`;
}

/** Of a threshold, the tables are folded: there may be one for each metric. */
function renderSubject(subject: IncidentSubject, dataset: string): Html {
  const parts = renderParts(subject, dataset);
  const about = html`${subject.name} <span class="muted small">${describeSubject(subject)}</span>`;
  if (subject.kind !== 'threshold') return html`<h3>${about}</h3>${parts}`;
  return html`<details class="subject"><summary><h3>${about}</h3></summary>${parts}</details>`;
}

function describeSubject({ onsets, servers, serverWeeks, otherIncidents, traps }: IncidentSubject): string {
  const counts = [
    describeAmount(onsets, 'onset'),
    otherIncidents > 0 ? `${describeCount(otherIncidents)} that nobody could warn of or had to` : '',
    traps > 0 ? describeAmount(traps, 'trap') : '',
    describeAmount(servers, 'server'),
    `${describeFixed(serverWeeks, 1)} server-weeks`,
  ];
  return counts.filter((text) => text !== '').join(', ');
}

function renderParts(subject: IncidentSubject, dataset: string): Html {
  const { name } = subject;
  const where = `${name} on ${dataset}`;
  return html`${renderAlarms(subject, where)}
<h3>${name}: who ranks best <span class="muted small">AUROC over all moments · mean AUROC within servers · average precision; guessing gives 0.5, 0.5 and the share in the heading</span></h3>
${renderRankings(subject.rankings, where)}
<div class="charts">${renderReliabilityPlot(`Reliability, ${name}`, subject.reliability, subject.rawReliability)}${renderLeads(subject)}</div>
${subject.kinds.length === 0 ? undefined : renderKinds(subject, where)}`;
}
const POINT_COLUMNS = ['recall', 'median lead', 'precision', 'false per server-week', 'limit'];

function renderAlarms({ alarms, traps }: IncidentSubject, where: string): Html {
  const columns = [...POINT_COLUMNS, ...(traps > 0 ? ['traps fallen for'] : [])];
  const cells = ({ method, hindsight, ahead }: AlarmScore) =>
    [hindsight, ahead].flatMap((point) => [
      ...pointCells(point, method),
      ...(traps > 0 ? [describeCount(point.trapsFallenFor)] : []),
    ]);
  const groups = ['limit of hindsight', 'limit chosen ahead'].map((title) => ({ title, columns: columns.length }));
  return renderTable(
    `Alarms of ${where}`,
    ['Method', ...columns, ...columns],
    alarms.map((alarm) => [alarm.title, ...cells(alarm)]),
    groups,
  );
}

function pointCells(point: OperatingPoint, method: string): string[] {
  return [
    describeShare(point.recall, 0),
    describeLead(point.medianLeadSeconds),
    describeShare(point.precision, 0),
    describeFixed(point.falseAlarmsPerServerWeek, 2),
    describeLimit(point.limit, method),
  ];
}

/** A score of 0 to 1 or 0 to 100, but for a line: how far off its crossing is. */
function describeLimit(limit: number | null, method: string): string {
  if (limit === null) return 'never alarms';
  if (method !== 'predict_linear_4h') return describeFixed(limit, 3);
  return `${describeFixed((-limit * STEP_SECONDS) / SECONDS_PER_HOUR, 1)} h off`;
}

/** One row per method, one column per horizon. */
function renderRankings(rankings: readonly HorizonRanking[], where: string): Html {
  const cells = new Map<string, string[]>();
  for (const { horizon, methods } of rankings) {
    for (const { title, auroc, aurocWithinServers, averagePrecision } of methods) {
      const figures = [auroc, aurocWithinServers, averagePrecision]
        .map((figure) => describeFixed(figure, 3))
        .join(' · ');
      const name = title.replace(new RegExp(` ${horizon}$`), '');
      cells.set(name, [...(cells.get(name) ?? []), figures]);
    }
  }
  const header = rankings.map(
    ({ horizon, cases, positives, servers }) =>
      `within ${horizon}: ${describeShare(cases === 0 ? null : positives / cases, 2)} of ${describeAmount(cases, 'moment')}, ${describeAmount(servers, 'server')} with both`,
  );
  const rows = [...cells].map(([name, figures]) => [name, ...figures]);
  return renderTable(`Ranking of ${where}`, ['Method', ...header], rows);
}

function renderLeads(subject: IncidentSubject): Html | undefined {
  const farthest = farthestServed(subject);
  if (farthest === undefined || farthest.leadSeconds.length === 0) return undefined;
  const hours = farthest.leadSeconds.map((seconds) => seconds / SECONDS_PER_HOUR);
  return html`<figure class="card chart"><figcaption><b>Lead time of ${farthest.title}</b> <span class="muted small">${describeAmount(hours.length, 'onset')} warned of, limit of hindsight</span></figcaption><div class="scroll">${renderHistogram(
    {
      label: `Onsets of ${subject.name} by lead time`,
      values: hours,
      from: 0,
      to: 8,
      bins: 16,
      lookOf: () => 'fill-accent',
      describe: (edge) => `${describeFixed(edge, edge % 1 === 0 ? 0 : 1)} h`,
      labelEvery: 2,
      caption: 'from the first alarm to the onset; longer ones in the last bar',
      counted: ['onset', 'onsets'],
    },
  )}</div></figure>`;
}

function renderKinds(subject: IncidentSubject, where: string): Html {
  const shown = comparedAlarms(subject);
  const rows = subject.kinds.map(({ kind, onsets, otherIncidents, warned }) => [
    kind,
    describeCount(onsets),
    describeCount(otherIncidents),
    ...shown.map(({ method: of }) => {
      const found = warned.find(({ method }) => method === of);
      return describeWarned(quotientOf(found?.onsets, onsets), found?.medianLeadSeconds);
    }),
  ]);
  const header = ['Kind', 'onsets', 'others', ...shown.map(({ title }) => title)];
  return html`<h3>By kind <span class="muted small">share warned of and median lead, limits of hindsight</span></h3>${renderTable(`By kind of ${where}`, header, rows)}`;
}

/** Alarms: whether somebody would have been warned, how long before, and how often for nothing. */
import { describeDuration } from '../../../core/duration.js';
import { type Html, html } from '../../../web/pages/html.js';
import { ABSENT, describeAmount, describeCount, describeFixed, describeShare } from './figures.js';
import { renderHistogram } from './histogram.js';
import type {
  AlarmScore,
  DatasetIncidents,
  HorizonRanking,
  IncidentReport,
  IncidentSubject,
  KindScore,
  OperatingPoint,
} from './incidentData.js';
import { describeLead, renderTable } from './incidentTable.js';
import { renderReliabilityPlot } from './reliabilityPlot.js';
import { renderRules } from './ruleTable.js';

const SECONDS_PER_HOUR = 3600;

/** @param index of the data set, for its anchor `#incidents-<index>` */
export function renderIncidents(report: IncidentReport, dataset: DatasetIncidents, index: number): Html {
  const judged = dataset.subjects.filter(({ onsets }) => onsets > 0);
  const idle = dataset.subjects.filter(({ onsets }) => onsets === 0);
  return html`<section id="incidents-${String(index)}"><h2>Alarms on ${dataset.name}</h2>
<p>An alarm begins when a score reaches its limit, and claims an onset within ${describeDuration(report.claimSeconds)}. Each limit is the lowest with at most ${describeAmount(report.falseAlarmsPerServerWeek, 'false alarm')} per server-week: <b>in hindsight</b> on the same span, which nobody can do beforehand, or <b>ahead</b> on the first half of the span and judged on the second. An onset begins a breach that lasts as long as its threshold says, with none in the ${describeDuration(report.quietSeconds)} before.</p>
${judged.map(renderSubject)}
${idle.length === 0 ? undefined : html`<p class="muted">No onset to warn of: ${idle.map(({ name, serverWeeks }) => `${name} (${describeFixed(serverWeeks, 1)} server-weeks watched)`).join(', ')}.</p>`}
${renderReliabilityPlot('Reliability, all thresholds together', dataset.reliability, dataset.rawReliability)}
${dataset.rules && renderRules(dataset.rules)}
</section>`;
}

function renderSubject(subject: IncidentSubject): Html {
  const { name, onsets, servers, serverWeeks, otherIncidents, traps } = subject;
  const rest = [
    otherIncidents > 0 ? `${describeCount(otherIncidents)} that nobody could warn of or had to` : '',
    traps > 0 ? `${describeAmount(traps, 'trap')}` : '',
  ].filter((text) => text !== '');
  return html`<h3>${name} <span class="muted small">${describeAmount(onsets, 'onset')}${rest.length === 0 ? '' : `, ${rest.join(', ')}`}, ${describeAmount(servers, 'server')}, ${describeFixed(serverWeeks, 1)} server-weeks</span></h3>
${renderAlarms(subject)}
<h3>${name}: who ranks best <span class="muted small">AUROC over all moments · mean AUROC within servers · average precision; guessing gives 0.5, 0.5 and the share in the heading</span></h3>
${renderRankings(subject.rankings)}
<div class="charts">${renderReliabilityPlot(`Reliability, ${name}`, subject.reliability, subject.rawReliability)}${renderLeads(subject)}</div>
${subject.kinds.length === 0 ? undefined : renderKinds(subject.kinds, subject.alarms)}`;
}

const POINT_COLUMNS = ['recall', 'median lead', 'precision', 'false alarms per server-week', 'limit'];

function renderAlarms({ name, alarms, traps }: IncidentSubject): Html {
  const columns = [...POINT_COLUMNS, ...(traps > 0 ? ['traps fallen for'] : [])];
  const cells = ({ hindsight, ahead }: AlarmScore) =>
    [hindsight, ahead].flatMap((point) => [
      ...pointCells(point),
      ...(traps > 0 ? [describeCount(point.trapsFallenFor)] : []),
    ]);
  return renderTable(
    `Alarms of ${name}`,
    ['Method', ...columns.map((title) => `${title}, hindsight`), ...columns.map((title) => `${title}, ahead`)],
    alarms.map((alarm) => [alarm.title, ...cells(alarm)]),
  );
}

function pointCells({
  recall,
  medianLeadSeconds,
  precision,
  falseAlarmsPerServerWeek,
  limit,
}: OperatingPoint): string[] {
  return [
    describeShare(recall, 0),
    describeLead(medianLeadSeconds),
    describeShare(precision, 0),
    describeFixed(falseAlarmsPerServerWeek, 2),
    limit === null ? 'never alarms' : describeFixed(limit, 3),
  ];
}

/** One row per method, one column per horizon. */
function renderRankings(rankings: readonly HorizonRanking[]): Html {
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
  return renderTable('Ranking', ['Method', ...header], rows);
}

function renderLeads({ name, alarms }: IncidentSubject): Html | undefined {
  const farthest = alarms.filter(({ method }) => method.startsWith('served_')).at(-1);
  if (farthest === undefined || farthest.leadSeconds.length === 0) return undefined;
  const hours = farthest.leadSeconds.map((seconds) => seconds / SECONDS_PER_HOUR);
  return html`<figure class="card chart"><figcaption><b>Lead time of ${farthest.title}</b> <span class="muted small">${describeAmount(hours.length, 'onset')} warned of, limit of hindsight</span></figcaption><div class="scroll">${renderHistogram(
    {
      label: `Onsets of ${name} by lead time`,
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

function renderKinds(kinds: readonly KindScore[], alarms: readonly AlarmScore[]): Html {
  const rows = kinds.map(({ kind, onsets, otherIncidents, warned }) => [
    kind,
    describeCount(onsets),
    describeCount(otherIncidents),
    ...warned.map(({ onsets: found, medianLeadSeconds }) =>
      onsets === 0 ? ABSENT : `${describeShare(found / onsets, 0)}, ${describeLead(medianLeadSeconds)}`,
    ),
  ]);
  const header = ['Kind', 'onsets', 'others', ...alarms.map(({ title }) => title)];
  return html`<h3>By kind <span class="muted small">share warned of and median lead, limits of hindsight</span></h3>${renderTable('By kind', header, rows)}`;
}

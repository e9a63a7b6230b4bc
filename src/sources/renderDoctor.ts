/** The doctor's report as text for people. */
import { describeDuration } from '../core/duration.js';
import type { DoctorReport, MetricReport } from './doctor.js';
import type { TargetReport } from './targetDoctor.js';
import { shorten } from './units.js';

/** A missed scrape now and then is normal, and so is a restart. */
const MANY_GAPS = 0.1;
const MAX_NAMES = 5;

/** A plain-text table, what is wrong, and the queries to paste into Prometheus. Ends with a newline. */
export function renderDoctor(report: DoctorReport): string {
  const rows = report.metrics.map((metric) => row(metric, report.servers));
  const header = ['METRIC', 'SERVERS', 'GAPS 24H', 'STALE', 'FURTHEST BEHIND', 'MIN', 'MEDIAN', 'MAX', 'ALTERNATIVE'];
  const remarks = [...silentServers(report), ...report.metrics.flatMap((metric) => remarksOn(metric, report.servers))];
  const queries = report.metrics.flatMap(({ metric, alternatives }) =>
    alternatives.map(({ name, query }) => `  # ${metric}: ${name}\n  ${query}`),
  );
  const blocks = [
    headline(report),
    table([header, ...rows]),
    remarks.length === 0 ? 'Nothing to remark.' : `Remarks\n${remarks.map((remark) => `  ${remark}`).join('\n')}`,
    `Queries to paste\n${queries.join('\n')}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The targets as a table with remarks and queries; ends with a newline. */
export function renderTargets(reports: readonly TargetReport[]): string {
  const rows = reports.map(({ metric, subjects, spread }) => [
    metric,
    String(subjects.length),
    ...(spread ? [spread.min, spread.median, spread.max].map(shorten) : ['-', '-', '-']),
    `${subjects.slice(0, MAX_NAMES).join(', ')}${subjects.length > MAX_NAMES ? ', …' : ''}`,
  ]);
  const remarks = reports.flatMap(({ metric, problems }) => problems.map((problem) => `  ${metric}: ${problem}`));
  const blocks = [
    table([['TARGET', 'SERIES', 'MIN', 'MEDIAN', 'MAX', 'SUBJECTS'], ...rows]),
    remarks.length === 0 ? 'Nothing to remark on the targets.' : `Remarks on the targets\n${remarks.join('\n')}`,
    `Queries to paste\n${reports.map(({ metric, query }) => `  # ${metric}\n  ${query}`).join('\n')}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headline({ url, pack, selector, servers, metrics, skewSeconds }: DoctorReport): string {
  const found = metrics.filter((metric) => metric.servers > 0).length;
  const chosen = selector === '' ? 'no selector' : `selector ${selector}`;
  const lines = [
    `${url}, pack ${pack}, ${chosen}: ${found} of ${metrics.length} metrics on ${servers} servers in the last 24 h.`,
  ];
  if (servers === 0)
    lines.push(
      'No server found: check selector, server_label and pack; check mappings --suggest looks for what there is.',
    );
  if (skewSeconds !== 0)
    lines.push(`Its clock differs from this machine's by ${Math.round(skewSeconds)} s; linborg goes by its clock.`);
  return lines.join('\n');
}

function silentServers({ silent, servers }: DoctorReport): string[] {
  if (silent.length === 0) return [];
  const more = silent.length > MAX_NAMES ? ` and ${silent.length - MAX_NAMES} more` : '';
  const names = silent.slice(0, MAX_NAMES).join(', ');
  return [`silent for over 10 min, ${silent.length} of ${servers} servers: ${names}${more}`];
}

function row(metric: MetricReport, servers: number): string[] {
  const { spread } = metric;
  const used = metric.alternatives.filter((alternative) => alternative.servers > 0);
  return [
    metric.metric,
    `${metric.servers}/${servers}`,
    metric.servers === 0 ? '-' : `${(100 * metric.gapRatio).toFixed(1)} %`,
    metric.servers === 0 ? '-' : String(metric.staleServers),
    Number.isNaN(metric.oldestNewestSeconds) ? '-' : behind(metric.oldestNewestSeconds),
    ...(spread ? [spread.min, spread.median, spread.max].map(shorten) : ['-', '-', '-']),
    used.length === 0
      ? 'none has data'
      : used.map(({ name, servers: count }) => (used.length === 1 ? name : `${name} (${count})`)).join(', '),
  ];
}

/** A complete bucket is up to five minutes old when all is well. */
function behind(seconds: number): string {
  return seconds < 300 ? 'under 5 min' : describeDuration(seconds);
}

function remarksOn(report: MetricReport, all: number): string[] {
  const { metric, servers, lacking, staleServers, problems, gapRatio } = report;
  const remarks = problems.map((problem) => `${metric}: ${problem}`);
  if (servers === 0 && all > 0) remarks.push(`${metric}: absent; the model is told so and does without`);
  else if (lacking.length > 0) {
    const more = all - servers - lacking.length;
    remarks.push(`${metric}: absent on ${lacking.join(', ')}${more > 0 ? ` and ${more} more` : ''}`);
  }
  if (gapRatio > MANY_GAPS)
    remarks.push(`${metric}: many gaps; if its scrape interval is over 1 min, set min_window to twice that interval`);
  if (staleServers > 0) remarks.push(`${metric}: nothing for over 10 min from ${staleServers} of ${servers} servers`);
  return remarks;
}

/** Columns apart by two spaces, numbers to the right but for the first and the last column. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lastColumn = widths.length - 1;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 || column === lastColumn ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

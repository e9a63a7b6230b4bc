/** What `linborg feed KIND --test` prints. */
import { METRIC_NAMES, type MetricName } from '../../core/metrics.js';
import type { Mapping } from '../../feeders/mapping/mapping.js';
import type { Filling } from '../../feeders/mapping/options.js';
import type { DocumentUse } from '../../feeders/records/recordBuilder.js';
import type { Trial } from '../../feeders/trial.js';
import { shorten } from '../shorten.js';
import { renderTable } from '../table.js';

const USE_WORDS: Readonly<Record<DocumentUse, string>> = {
  used: 'used',
  no_server: 'name no server (server:, server_name:)',
  no_timestamp: 'have no time that can be read (timestamp:, timestamp_format:)',
  no_metric: 'have no field that is mapped to a metric',
  late: 'came too late for their record (record.late)',
  future: 'lie more than 5 minutes ahead of the clock here',
};

const EXAMPLE_LENGTH = 400;

/** @param limit  records that are printed at most */
export function renderTrial(trial: Trial, mapping: Mapping, limit: number): string {
  const { documents, records } = trial;
  const servers = new Set(records.map((record) => record.server_name));
  const parts = [
    renderFound(trial),
    JSON.stringify({ records: records.slice(0, limit) }, null, 2),
    renderCoverage(trial, mapping),
    ...renderMissing(trial, mapping),
    ...renderImplausible(trial),
    `${documents.length} documents became ${records.length} records of ${servers.size} servers; ${Math.min(limit, records.length)} shown (--limit)`,
    'DRY RUN, nothing sent',
  ];
  return `${parts.join('\n\n')}\n`;
}

/** How many documents of each kind, with an example of those that nothing was taken from. */
function renderFound({ documents, unreadable, uses, examples }: Trial): string {
  const lines = [
    `found ${documents.length} documents${unreadable > 0 ? `, and ${unreadable} that cannot be read` : ''}`,
  ];
  for (const [use, count] of uses) {
    const example = examples.get(use);
    lines.push(
      `  ${count} ${USE_WORDS[use]}; the first: ${shorten(JSON.stringify(example, bigintsAsText), EXAMPLE_LENGTH)}`,
    );
  }
  return lines.join('\n');
}

function bigintsAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function renderCoverage({ records, coverage }: Trial, mapping: Mapping): string {
  const rows = METRIC_NAMES.map((metric) => [
    metric,
    `${coverage.get(metric) ?? 0} of ${records.length}`,
    originOf(metric, mapping),
  ]);
  return renderTable(['METRIC', 'RECORDS', 'FROM'], rows, new Set([1]));
}

function originOf(metric: MetricName, { metrics, fill }: Mapping): string {
  const fields = metrics.get(metric)?.map(({ field, isRate }) => (isRate ? `rate of ${field.text}` : field.text)) ?? [];
  const fillings = fill.get(metric)?.map(describeFilling) ?? [];
  const parts = [...fields, ...fillings];
  return parts.length === 0 ? '–' : parts.join(', else ');
}

function describeFilling(filling: Filling): string {
  if (typeof filling === 'number') return `always ${filling}`;
  return 'hold' in filling ? `its last value (${filling.hold} s)` : `100 less ${filling.rest_of.join(', ')}`;
}

function renderMissing({ records, coverage }: Trial, { metrics, fill }: Mapping): string[] {
  if (records.length === 0) return ['no record came out of it: see above what became of the documents'];
  const never = METRIC_NAMES.filter((metric) => coverage.get(metric) === 0);
  const sometimes = METRIC_NAMES.filter((metric) => {
    const count = coverage.get(metric) ?? 0;
    return count > 0 && count < records.length;
  });
  const unmapped = never.filter((metric) => !metrics.has(metric) && !fill.has(metric));
  const lines = [];
  if (never.length === 0 && sometimes.length === 0) return ['every record has all 14 metrics'];
  if (never.length > 0)
    lines.push(
      `missing: ${never.join(', ')}${unmapped.length === 0 ? '' : ` (no rule for ${unmapped.join(', ')})`}`,
      'linborg takes such records only if push.optional_metrics there names what is missing, or if fill: here says what to send instead',
    );
  if (sometimes.length > 0)
    lines.push(
      `in some records only: ${sometimes.join(', ')}; a counter gives its first rate with its second point, and what is reported less often can be kept with fill: { metric: { hold: 10m } }`,
    );
  return [lines.join('\n')];
}

function renderImplausible({ implausible }: Trial): string[] {
  if (implausible.length === 0) return [];
  const { metric, server, value } = implausible[0]!;
  return [
    `${implausible.length} values can be none of their metric and were left out; the first: ${metric} of ${server} is ${value}; is its unit: right?`,
  ];
}

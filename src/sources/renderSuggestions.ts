/** The proposals of `check mappings --suggest` as text for people, with YAML to paste. */
import { METRIC_NAMES } from '../core/metrics.js';
import { table } from './renderDoctor.js';
import { type Proposal, type SuggestionReport, selectorOf } from './suggest.js';

/** What was found, and a `sources:` block with a source for each job; other readings of the same job are in comments. Ends with a newline. */
export function renderSuggestions(report: SuggestionReport): string {
  const { url, proposals, meagre, problems } = report;
  const remarks = [...meagre.map(tooLittle), ...problems];
  const blocks = [
    headline(report),
    ...(proposals.length > 0 ? [table([HEADER, ...proposals.map(row)]), snippet(url, proposals)] : []),
    ...(remarks.length > 0 ? [`Remarks\n${remarks.map((remark) => `  ${remark}`).join('\n')}`] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const HEADER = ['PACK', 'JOB', 'SERVER LABEL', 'SERVERS', 'METRICS', 'NOT THERE'];

function headline({ url, proposals, problems }: SuggestionReport): string {
  if (proposals.length > 0) return `${url}: what it has for the packs, the best first.`;
  const unsure = problems.length > 0 ? ', as far as could be asked' : '';
  return `${url}: nothing fits${unsure}. No job has the series of a pack; see docs/packs for what to scrape, and for a pack of your own.`;
}

function row({ packs, job, serverLabel, servers, metrics }: Proposal): string[] {
  const missing = METRIC_NAMES.filter((metric) => !metrics.has(metric));
  const named = missing.length > 4 ? `${missing.slice(0, 4).join(', ')}, … (${missing.length})` : missing.join(', ');
  return [
    packs.join(' + '),
    job === '' ? '-' : job,
    serverLabel,
    String(servers),
    `${metrics.size}/${METRIC_NAMES.length}`,
    named,
  ];
}

function snippet(url: string, proposals: readonly Proposal[]): string {
  const seen = new Set<string>();
  const entries = proposals.map((proposal) => {
    const lines = entry(url, proposal);
    if (!seen.has(proposal.job)) {
      seen.add(proposal.job);
      return lines;
    }
    return ['# Instead of the one for the same job above:', ...lines.map((line) => `#${line}`)];
  });
  return ['To paste into linborg.yml', '', 'sources:', ...entries.flat()].join('\n');
}

function entry(url: string, { packs, job, serverLabel, servers, metrics }: Proposal): string[] {
  const pack = packs.length === 1 ? packs[0]! : `[${packs.join(', ')}]`;
  return [
    '  - prometheus:',
    `      url: ${url}`,
    `      pack: ${pack} # ${countServers(servers)}, ${metrics.size} of ${METRIC_NAMES.length} metrics`,
    `      selector: '${selectorOf(job).replaceAll("'", "''")}'`,
    `      server_label: ${serverLabel}`,
  ];
}

function tooLittle({ packs, job, servers, metrics }: Proposal): string {
  return `job ${job === '' ? '""' : job}: ${packs.join(' + ')} has only ${[...metrics.keys()].join(', ')} on ${countServers(servers)}; too little to forecast a risk`;
}

function countServers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}

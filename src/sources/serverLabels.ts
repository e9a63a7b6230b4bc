/** Labels of the scraped series that are passed through or tell a profile, asked for once per pull: one set per server. */
import { SourceError } from '../core/errors.js';
import type { ServerLabels } from '../core/serverLabels.js';
import { renderExpr } from '../mapping/render.js';
import type { AnswerSeries } from './answer.js';
import type { Client } from './client.js';
import type { QueryFailure } from './queryFailure.js';
import { groupByServer, noPoints } from './serverSeries.js';

/** What is longer is no environment, team or place, and would be repeated in every series of its server. */
const MAX_VALUE_CHARACTERS = 128;

export interface ServerLabelOptions {
  readonly labels: readonly string[];
  readonly profile_labels: readonly string[];
  readonly labels_from: string;
  readonly selector: string;
  readonly server_label: string;
  readonly min_window: number;
}

/**
 * What each server's labels are at `at` (epoch seconds). Where several series of a server differ, the first by its labels
 * counts; empty values and those of more than 128 characters are left out.
 * @throws SourceError after 3 tries
 */
export async function readServerLabels(
  client: Client,
  options: ServerLabelOptions,
  at: number,
): Promise<ReadonlyMap<string, ServerLabels>> {
  const expr = labelsExpr(options);
  try {
    const answer = await client.instant(expr, at);
    return labelsByServer(answer, options);
  } catch (cause) {
    const { message } = cause as QueryFailure;
    throw new SourceError(`query for the labels of the servers failed (${message}); the query was: ${expr}`, { cause });
  }
}

/** `group` gives one series per set of labels, whatever the values are. */
function labelsExpr(options: ServerLabelOptions): string {
  const { labels_from, selector, server_label, min_window } = options;
  const from = renderExpr(labels_from, { selector, serverLabel: server_label, windowSeconds: min_window });
  return `group by (${[...new Set([server_label, ...askedLabels(options)])].join(', ')}) (${from})`;
}

function labelsByServer(
  answer: readonly AnswerSeries[],
  options: ServerLabelOptions,
): ReadonlyMap<string, ServerLabels> {
  const names = askedLabels(options);
  const found = new Map<string, ServerLabels>();
  for (const [server, [first]] of groupByServer(answer, options.server_label, noPoints())) {
    const pairs = names.map((name) => [name, first!.labels[name] ?? ''] as const);
    const kept = pairs.filter(([, value]) => value !== '' && value.length <= MAX_VALUE_CHARACTERS);
    if (kept.length > 0) found.set(server, Object.fromEntries(kept));
  }
  return found;
}

/** Those that are passed through and those that tell a profile, each once. */
export function askedLabels({
  labels,
  profile_labels,
}: Pick<ServerLabelOptions, 'labels' | 'profile_labels'>): string[] {
  return [...new Set([...labels, ...profile_labels])];
}

/** The labels of each server that are among `names`; servers that have none of them are left out. */
export function pickLabels(
  all: ReadonlyMap<string, ServerLabels>,
  names: readonly string[],
): ReadonlyMap<string, ServerLabels> {
  const picked = new Map<string, ServerLabels>();
  for (const [server, labels] of all) {
    const kept = Object.entries(labels).filter(([name]) => names.includes(name));
    if (kept.length > 0) picked.set(server, Object.fromEntries(kept));
  }
  return picked;
}

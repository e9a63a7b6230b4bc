/** Labels of the scraped series that are passed through, asked for once per pull: one set per server. */
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
function labelsExpr({ labels, labels_from, selector, server_label, min_window }: ServerLabelOptions): string {
  const from = renderExpr(labels_from, { selector, serverLabel: server_label, windowSeconds: min_window });
  return `group by (${[server_label, ...labels].join(', ')}) (${from})`;
}

function labelsByServer(
  answer: readonly AnswerSeries[],
  { labels: names, server_label }: ServerLabelOptions,
): ReadonlyMap<string, ServerLabels> {
  const found = new Map<string, ServerLabels>();
  for (const [server, [first]] of groupByServer(answer, server_label, noPoints())) {
    const pairs = names.map((name) => [name, first!.labels[name] ?? ''] as const);
    const kept = pairs.filter(([, value]) => value !== '' && value.length <= MAX_VALUE_CHARACTERS);
    if (kept.length > 0) found.set(server, Object.fromEntries(kept));
  }
  return found;
}

/** What is left to do in a pull: queries with their ranges. */
import { bucketAt, splitRange } from './grid.js';
import type { Ledger, OwedRange } from './ledger.js';
import type { SeriesQuery } from './metricQuery.js';
import type { Part } from './pull.js';
import type { RangeReader } from './reader.js';

export type Task = Part & { readonly kind: 'range' | 'partial'; readonly owed?: OwedRange };

/** A query, and how many series its answer will have. */
export interface SizedQuery {
  readonly query: SeriesQuery;
  readonly series: number;
}

/**
 * What is due of one metric: the newest bucket, which is partial, and what the ledger owes in ranges that one answer holds.
 * @param queries  all of the same metric
 * @param at       epoch seconds now
 * @param span     as for `Ledger.take`
 */
export function tasksOf(
  queries: readonly SizedQuery[],
  at: number,
  span: Parameters<Ledger['take']>[2],
  { ledger, reader }: { readonly ledger: Ledger; readonly reader: RangeReader },
): Task[] {
  const metric = queries[0]?.query.metric;
  if (metric === undefined) return [];
  const partial = bucketAt(at);
  const owedRanges = ledger.take(metric, at, span);
  const tasks = queries.flatMap(({ query, series }): Task[] => {
    const maxBuckets = reader.bucketsPerRequest(query, series);
    const pieces = owedRanges.flatMap((owed) => splitRange(owed, maxBuckets).map((piece) => ({ ...piece, owed })));
    return [
      { kind: 'partial', query, from: partial, to: partial },
      ...pieces.map((piece): Task => ({ kind: 'range', query, ...piece })),
    ];
  });
  for (const owed of owedRanges) ledger.succeed(metric, owed, at);
  return tasks;
}

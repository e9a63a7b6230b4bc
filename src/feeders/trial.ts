/** One read and what would become of it; nothing is sent or kept. */
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import type { Mapping } from './mapping/mapping.js';
import type { FeedOptions } from './options.js';
import type { Reader, SourceDocument } from './reader.js';
import type { LinborgRecord } from './records/record.js';
import { type BuiltRecords, type DocumentUse, RecordBuilder } from './records/recordBuilder.js';
import { timingOf } from './records/timing.js';

export interface Trial {
  readonly documents: readonly SourceDocument[];
  readonly unreadable: number;
  /** Documents by what became of them. */
  readonly uses: ReadonlyMap<DocumentUse, number>;
  /** One document of each kind of use, the first. */
  readonly examples: ReadonlyMap<DocumentUse, SourceDocument>;
  readonly records: readonly LinborgRecord[];
  readonly implausible: BuiltRecords['implausible'];
  /** Records that have each of the 14. */
  readonly coverage: ReadonlyMap<MetricName, number>;
}

/** @param at  epoch seconds now */
export async function tryFeed(
  { reader, mapping, options }: { reader: Reader; mapping: Mapping; options: FeedOptions },
  at: number,
  signal: AbortSignal,
): Promise<Trial> {
  const { documents, unreadable = 0 } = await reader.read({
    bookmark: undefined,
    limit: options.read_limit,
    until: at,
    signal,
  });
  const builder = new RecordBuilder(mapping, timingOf(options));
  const uses = new Map<DocumentUse, number>();
  const examples = new Map<DocumentUse, SourceDocument>();
  for (const document of documents) {
    const use = builder.add(document, at);
    uses.set(use, (uses.get(use) ?? 0) + 1);
    if (!examples.has(use)) examples.set(use, document);
  }
  const { records, implausible } = builder.take({ at, isAtEnd: true, isLast: true });
  const coverage = new Map(
    METRIC_NAMES.map((metric) => [metric, records.filter((record) => record[metric] !== undefined).length] as const),
  );
  return { documents, unreadable, uses, examples, records, implausible, coverage };
}

/** Which records of a batch the door complains of. */
import type { LinborgRecord } from '../records/record.js';

export type Complaint =
  /** Of the records with these indices. */
  | { readonly kind: 'records'; readonly indices: ReadonlySet<number> }
  /** Of columns that this feed never has: a person must change the feed, or what linborg requires. */
  | { readonly kind: 'columns'; readonly missing: readonly string[] }
  /** Of times ahead of linborg's clock that are past by this one: its clock is behind, and will reach them. */
  | { readonly kind: 'early' }
  /** Of the batch, without saying of what in it. */
  | { readonly kind: 'batch' };

const RECORD_INDEX = /^records\[(\d+)\]/;
const TOO_EARLY = /^records\[\d+\]\.timestamp is .*; expected a time up to (\S+)$/;
const MISSING = /Missing required columns: \[([^\]]*)\]/;

/**
 * The records whose times are ahead of linborg's clock by its messages, and past at epoch second `at` here: it can take them later.
 * A time that is ahead by this clock, too, is a mistake of whoever wrote it. One message tells of all, however many were left out.
 */
export function earlyRecords(
  records: readonly LinborgRecord[],
  messages: readonly string[],
  at: number,
): readonly LinborgRecord[] {
  const limit = messages.map((message) => TOO_EARLY.exec(message)?.[1]).find((time) => time !== undefined);
  if (limit === undefined) return [];
  return records.filter(({ timestamp }) => {
    const time = Date.parse(timestamp);
    return time > Date.parse(limit) && time / 1000 <= at;
  });
}

/**
 * What the messages of a 422 are about.
 * @param columns  those that the feed's mapping can fill
 * @param at  epoch seconds now
 */
export function complaintOf(
  records: readonly LinborgRecord[],
  messages: readonly string[],
  columns: ReadonlySet<string>,
  at: number,
): Complaint {
  if (earlyRecords(records, messages, at).length > 0) return { kind: 'early' };
  const indices = new Set<number>();
  const required = new Set<string>();
  for (const message of messages) {
    const index = RECORD_INDEX.exec(message)?.[1];
    if (index !== undefined && Number(index) < records.length) indices.add(Number(index));
    for (const [, name] of (MISSING.exec(message)?.[1] ?? '').matchAll(/'([^']+)'/g)) required.add(name!);
  }
  const missing = [...required].filter((name) => !columns.has(name));
  if (missing.length > 0) return { kind: 'columns', missing };
  records.forEach((record, index) => {
    if ([...required].some((name) => !Object.hasOwn(record, name))) indices.add(index);
  });
  return indices.size > 0 ? { kind: 'records', indices } : { kind: 'batch' };
}

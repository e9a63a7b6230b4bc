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
const TOO_EARLY = /^records\[(\d+)\]\.timestamp is .*; expected a time up to /;
const MISSING = /Missing required columns: \[([^\]]*)\]/;

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
  if (messages.some((message) => isOfClock(records, message, at))) return { kind: 'early' };
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

/** A time that is ahead by this clock, too, is a mistake of whoever wrote it. */
function isOfClock(records: readonly LinborgRecord[], message: string, at: number): boolean {
  const record = records[Number(TOO_EARLY.exec(message)?.[1])];
  return record !== undefined && Date.parse(record.timestamp) / 1000 <= at;
}

/** Reading by time from a system whose answers have a limit. */
import { z } from 'zod';
import type { Bookmark } from '../reader.js';

export interface Moments<T> {
  /** Of whole moments only. */
  readonly taken: readonly T[];
  /** Whether there may be more. */
  readonly isCut: boolean;
}

export interface MomentQuery<T> {
  /** The first so many, ascending by moment. */
  readonly ask: (limit: number) => Promise<readonly T[]>;
  /** Equal for two of the same moment, and only then. */
  readonly momentOf: (one: T) => string;
  readonly limit: number;
  /** More than so many are never asked for at once. */
  readonly largestLimit: number;
}

/**
 * Documents up to a moment of which all were read. Many servers report at the same moment, in an order that may differ from answer to
 * answer, so that the last moment of a full answer is left for the next query; a single moment that fills an answer is asked for anew
 * with a larger limit.
 * @returns undefined if one moment has more documents than the largest limit
 */
export async function readWholeMoments<T>(query: MomentQuery<T>): Promise<Moments<T> | undefined> {
  const { ask, momentOf, largestLimit } = query;
  const limit = Math.min(query.limit, largestLimit);
  const found = await ask(limit);
  if (found.length < limit) return { taken: found, isCut: false };
  const last = momentOf(found.at(-1)!);
  const taken = found.filter((one) => momentOf(one) !== last);
  if (taken.length > 0) return { taken, isCut: true };
  return limit < largestLimit ? await readWholeMoments({ ...query, limit: limit * 4 }) : undefined;
}

/**
 * The moment up to which all was read: what the bookmark says, or the start where nothing was read before.
 * @param moment  what a moment is to the reader, as its bookmarks keep it
 */
export function momentReadUpTo<T>(bookmark: Bookmark | undefined, moment: z.ZodType<T>, start: () => T): T {
  return bookmark === undefined ? start() : z.object({ readUpTo: moment }).parse(bookmark).readUpTo;
}

/** A remote-read request answered from a published cycle: compressed bytes in, compressed bytes out. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { FutureOptions } from '../options.js';
import type { PublishedCycle } from '../publishedCycle.js';
import { eachSample, type FutureSeries, selectFuture } from './futureSeries.js';
import { PatternBudget, readyMatcher } from './matchers.js';
import { decodeReadRequest, type ReadQuery } from './readRequest.js';
import { ReadRefusal } from './refusal.js';
import { compressInTurns, decompress } from './snappy.js';
import { writeTimeSeries } from './timeSeries.js';
import { sortInTurns, Turns } from './turns.js';

/** A request is a few matchers; the longest are lists of names. */
const MAX_REQUEST_BYTES = 1_048_576;
export interface FutureAnswer {
  /** A ReadResponse, compressed. */
  readonly body: Buffer;
  readonly samples: number;
}

/**
 * Answers in turns, so that others get theirs however much is asked for.
 * @param body   a ReadRequest, compressed
 * @param cycle  undefined while there is no result that may be served: then no query finds anything
 * @throws ReadRefusal, or the reason of a signal that ended its turns
 */
export async function readFuture(
  body: Uint8Array,
  cycle: PublishedCycle | undefined,
  options: FutureOptions,
  turns = new Turns(),
): Promise<FutureAnswer> {
  const { queries } = decodeReadRequest(decompress(body, MAX_REQUEST_BYTES));
  const budget = { left: options.maxSamples, patterns: new PatternBudget(), turns };
  const results: Uint8Array[] = [];
  for (const query of queries) {
    const result = cycle === undefined ? [] : await answerQuery(query, cycle, options, budget);
    // The length of a result stands before it: field 1 of the ReadResponse.
    const length = result.reduce((sum, part) => sum + part.length, 0);
    results.push(new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(length).finish(), ...result);
  }
  return {
    body: await compressInTurns(results),
    samples: options.maxSamples - budget.left,
  };
}

interface Budget {
  /** Samples that may still be answered. */
  left: number;
  readonly patterns: PatternBudget;
  readonly turns: Turns;
}

/** A QueryResult in pieces. */
async function answerQuery(
  query: ReadQuery,
  cycle: PublishedCycle,
  options: FutureOptions,
  budget: Budget,
): Promise<Uint8Array[]> {
  const matchers = query.matchers.map((matcher) => readyMatcher(matcher, budget.patterns));
  const chosen: FutureSeries[] = [];
  for (const ofServer of selectFuture(cycle, { matchers, range: query, externalLabels: options.externalLabels })) {
    for (const series of ofServer) {
      if (takeFromBudget(series, query, budget, options)) chosen.push(series);
    }
    if (budget.turns.isOver) await budget.turns.next();
  }
  // Prometheus merges what comes from several places, and takes for granted that each is sorted.
  return encodeInTurns(await sortInTurns(chosen, compareLabels, budget.turns), query, budget.turns);
}

/** Whether the series has anything in the range of the query. */
function takeFromBudget(series: FutureSeries, query: ReadQuery, budget: Budget, options: FutureOptions): boolean {
  const count = eachSample(series, query, () => {});
  // A series without samples costs about as much as ten.
  budget.left -= query.wantsSeriesOnly ? 10 : count;
  if (budget.left < 0)
    throw new ReadRefusal(
      422,
      `the answer has more than ${options.maxSamples} samples (future.max_samples); ask for fewer servers, metrics or levels, or a shorter range`,
    );
  return count > 0;
}

async function encodeInTurns(chosen: readonly FutureSeries[], query: ReadQuery, turns: Turns): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let writer = new BinaryWriter();
  for (const series of chosen) {
    writeTimeSeries(writer, series.labels, (visit) => {
      if (!query.wantsSeriesOnly) eachSample(series, query, visit);
    });
    if (!turns.isOver) continue;
    parts.push(writer.finish());
    writer = new BinaryWriter();
    await turns.next();
  }
  return [...parts, writer.finish()];
}

/** Name by name, each with its value; what one has more of comes behind. */
function compareLabels({ labels: a }: FutureSeries, { labels: b }: FutureSeries): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [[nameA, valueA], [nameB, valueB]] = [a[i]!, b[i]!];
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  }
  return a.length - b.length;
}

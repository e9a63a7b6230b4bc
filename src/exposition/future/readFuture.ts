/** A remote-read request answered from a published cycle: compressed bytes in, compressed bytes out. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { FutureOptions } from '../options.js';
import type { PublishedCycle } from '../publishedCycle.js';
import { eachSample, type FutureSeries, type Label, selectFuture } from './futureSeries.js';
import { PatternBudget, readyMatcher } from './matchers.js';
import { decodeReadRequest, type ReadQuery } from './readRequest.js';
import { ReadRefusal } from './refusal.js';
import { compressInTurns, decompress } from './snappy.js';
import { writeTimeSeries } from './timeSeries.js';

/** A request is a few matchers; the longest are lists of names. */
const MAX_REQUEST_BYTES = 1_048_576;
/** Work between two turns of the event loop: a few milliseconds of encoding. */
const TURN_SAMPLES = 4000;
const TURN_SERVERS = 50;

export interface FutureAnswer {
  /** A ReadResponse, compressed. */
  readonly body: Buffer;
  readonly samples: number;
}

/**
 * @param body   a ReadRequest, compressed
 * @param cycle  undefined while there is no result that may be served: then no query finds anything
 * @throws ReadRefusal
 */
export async function readFuture(
  body: Uint8Array,
  cycle: PublishedCycle | undefined,
  options: FutureOptions,
): Promise<FutureAnswer> {
  const { queries } = decodeReadRequest(decompress(body, MAX_REQUEST_BYTES));
  const budget = { left: options.maxSamples, patterns: new PatternBudget() };
  const results: Uint8Array[] = [];
  for (const query of queries) {
    const result = cycle === undefined ? [] : await answerQuery(query, cycle, options, budget);
    // The length of a result stands before it: field 1 of the ReadResponse.
    const length = result.reduce((sum, part) => sum + part.length, 0);
    results.push(new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(length).finish(), ...result);
  }
  return {
    body: await compressInTurns(Buffer.concat(results)),
    samples: options.maxSamples - budget.left,
  };
}

interface Budget {
  /** Samples that may still be answered. */
  left: number;
  readonly patterns: PatternBudget;
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
  let servers = 0;
  for (const series of selectFuture(cycle, { matchers, externalLabels: options.externalLabels })) {
    const inRange = series.filter((one) => takeFromBudget(one, query, budget, options));
    chosen.push(...inRange);
    if (++servers % TURN_SERVERS === 0) await nextTurn();
  }
  // Prometheus merges what comes from several places, and takes for granted that each is sorted.
  chosen.sort((a, b) => compareLabels(a.labels, b.labels));
  return encodeInTurns(chosen, query);
}

/** Whether the series has anything in the range of the query. */
function takeFromBudget(series: FutureSeries, query: ReadQuery, budget: Budget, options: FutureOptions): boolean {
  const count = eachSample(series, query.fromMs, query.untilMs, () => {});
  // A series without samples costs about as much as ten.
  budget.left -= query.wantsSeriesOnly ? 10 : count;
  if (budget.left < 0)
    throw new ReadRefusal(
      422,
      `the answer has more than ${options.maxSamples} samples (future.max_samples); ask for fewer servers, metrics or levels, or a shorter range`,
    );
  return count > 0;
}

async function encodeInTurns(chosen: readonly FutureSeries[], query: ReadQuery): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let writer = new BinaryWriter();
  let samples = 0;
  for (const series of chosen) {
    writeTimeSeries(writer, series.labels, (visit) => {
      if (!query.wantsSeriesOnly) samples += eachSample(series, query.fromMs, query.untilMs, visit);
    });
    if (++samples < TURN_SAMPLES) continue;
    parts.push(writer.finish());
    writer = new BinaryWriter();
    samples = 0;
    await nextTurn();
  }
  return [...parts, writer.finish()];
}

/** The order of Prometheus: name by name, each with its value. */
function compareLabels(a: readonly Label[], b: readonly Label[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [nameA, valueA] = a[i]!;
    const [nameB, valueB] = b[i]!;
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  }
  return a.length - b.length;
}

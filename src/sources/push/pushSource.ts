/** Pushed records as a source: what clients sent since the last pull, and at the start all that is kept, as buckets. */
import type { SampleBatch, SampleSeries, ServerNote } from '../../core/flow.js';
import { METRIC_NAMES } from '../../core/metrics.js';
import { noPoints } from '../serverSeries.js';
import type { PullEvent, PullSummary, Source } from '../source.js';
import { type BookOptions, type PushedChange, RecordBook } from './recordBook.js';
import type { WalPiece } from './walReader.js';

export const PUSH_SOURCE = 'push';

/** Servers whose buckets go into one batch: a few ms of work, so that doors are answered in between. */
const SERVERS_PER_BATCH = 50;
/** Records that are read again before their buckets are handed on: many of a bucket come together. */
const RECORDS_PER_BATCH = 50_000;

export interface PushSourceParts {
  /** Where records go; what changes in it once the history is read is brought in by the next pull. */
  readonly book: RecordBook;
  readonly options: BookOptions;
  /** Epoch seconds now. */
  readonly clock: () => number;
  /** Resolves once the book knows what was accepted before the start. */
  readonly load: () => Promise<void>;
  /** Reads again all that was accepted, in turns. */
  readonly replay: () => AsyncIterable<WalPiece>;
}

/** What a pull has brought in so far. */
interface Tally {
  samples: number;
  readonly servers: Set<string>;
}

export function createPushSource({ book, options, clock, load, replay }: PushSourceParts): Source {
  let changes: ReturnType<RecordBook['follow']> | undefined;
  // The pull may have begun minutes ago, while a Prometheus was slow: what came since then is not ahead of its time.
  const collectedAt = (at: number) => Math.max(at, clock());
  const { stepSeconds } = options;
  return {
    name: PUSH_SOURCE,
    history: (at) =>
      summarized(at, async function* (tally) {
        await load();
        changes?.end();
        // From here on: what comes while the file is read is in both.
        changes = book.follow();
        for await (const { taken, done, total } of replayed(replay(), options)) {
          yield* batchesOf(taken, { at: collectedAt(at), stepSeconds, done, total }, tally);
        }
        yield* batchesOf(changes.take(), { at: collectedAt(at), stepSeconds, done: 1, total: 1 }, tally);
      }),
    increment: (_since, at) => {
      book.forgetSilent(at);
      const frame = { at: collectedAt(at), stepSeconds, done: 1, total: 1 };
      return summarized(at, (tally) => batchesOf(changes?.take() ?? [], frame, tally));
    },
    close: () => changes?.end(),
  };
}

async function* summarized(at: number, bring: (tally: Tally) => AsyncGenerator<PullEvent>): AsyncGenerator<PullEvent> {
  const startedAt = performance.now();
  const tally: Tally = { samples: 0, servers: new Set() };
  yield* bring(tally);
  const durationSeconds = (performance.now() - startedAt) / 1000;
  yield {
    kind: 'summary',
    summary: summaryOf({ at, samples: tally.samples, servers: tally.servers.size, durationSeconds }),
  };
}

/** Buckets of what was accepted, in the order in which it came, with how far the reading is. */
async function* replayed(pieces: AsyncIterable<WalPiece>, options: BookOptions) {
  const book = new RecordBook(options);
  const changes = book.follow();
  let [inBatch, done, total] = [0, 0, 0];
  for await (const piece of pieces) {
    for (const record of piece.records) book.add(record);
    ({ done, total } = piece);
    inBatch += piece.records.length;
    if (inBatch < RECORDS_PER_BATCH) continue;
    inBatch = 0;
    yield { taken: changes.take(), done, total };
  }
  yield { taken: changes.take(), done: total, total };
}

interface BatchFrame {
  readonly at: number;
  readonly stepSeconds: number;
  readonly done: number;
  readonly total: number;
}

async function* batchesOf(
  changes: readonly PushedChange[],
  { at, stepSeconds, done, total }: BatchFrame,
  tally: Tally,
): AsyncGenerator<PullEvent> {
  for (let i = 0; i < changes.length; i += SERVERS_PER_BATCH) {
    const part = changes.slice(i, i + SERVERS_PER_BATCH);
    const batch = batchOf(part, at, stepSeconds);
    for (const { server } of part) tally.servers.add(server);
    for (const { values } of batch.series) for (const value of values) if (!Number.isNaN(value)) tally.samples++;
    yield { kind: 'batch', batch, done, total };
    await new Promise(setImmediate);
  }
}

function batchOf(changes: readonly PushedChange[], at: number, stepSeconds: number): SampleBatch {
  const notes = new Map(
    changes.map(({ server, profile, maintenance }): [string, ServerNote] => [server, { profile, maintenance }]),
  );
  const series = changes.flatMap((change) => seriesOf(change, stepSeconds));
  return { kind: 'buckets', source: PUSH_SOURCE, at, notes, series };
}
/** A metric that no record has gives a series all the same: a bucket may have lost it. */
function seriesOf({ server, buckets }: PushedChange, stepSeconds: number): SampleSeries[] {
  if (buckets.size === 0) return [];
  const ascending = [...buckets].sort(([a], [b]) => a - b);
  const times = Float64Array.from(ascending, ([bucket]) => bucket * stepSeconds);
  return METRIC_NAMES.map((metric, i) => ({
    server,
    metric,
    times,
    values: Float64Array.from(ascending, ([, held]) => held.mean(i)),
  }));
}

function summaryOf(pulled: Pick<PullSummary, 'at' | 'samples' | 'servers' | 'durationSeconds'>): PullSummary {
  return {
    source: PUSH_SOURCE,
    skewSeconds: 0,
    queries: 0,
    queriesFailed: 0,
    ...noPoints(),
    warnings: [],
    failures: [],
    targets: [],
    ...pulled,
  };
}

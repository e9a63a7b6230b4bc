/** The parts of a feeder put together, and run until a signal. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { seededRandom } from '../../core/random.js';
import { RecordBuffer } from '../../feeders/delivery/buffer.js';
import { Door } from '../../feeders/delivery/door.js';
import { Sender } from '../../feeders/delivery/sender.js';
import { Feeder } from '../../feeders/feeder.js';
import { FeedMetrics } from '../../feeders/feedMetrics.js';
import { FeedStateFile } from '../../feeders/feedState.js';
import { columnsOf } from '../../feeders/mapping/mapping.js';
import { listenMetrics } from '../../feeders/metricsListener.js';
import type { Reader } from '../../feeders/reader.js';
import { RecordBuilder } from '../../feeders/records/recordBuilder.js';
import { timingOf } from '../../feeders/records/timing.js';
import type { Surroundings } from '../../feeders/surroundings.js';
import type { Feed } from './loadFeed.js';

export interface FeedRun {
  readonly loaded: Feed;
  readonly reader: Reader;
  /** End when all that is there has been read and sent. */
  readonly isOnce: boolean;
  readonly log: Logger;
}

/** A sixteenth of a full buffer, so that what was sent is soon off the disk; at most 16 MiB. */
const SEGMENTS = 16;
const MAX_SEGMENT_BYTES = 16 * 2 ** 20;

/** Runs until the signal aborts, or with `isOnce` until all is sent. Throws what a person must change. */
export async function runFeed({ loaded, reader, isOnce, log }: FeedRun, signal: AbortSignal): Promise<void> {
  const { options, mapping, mappingText } = loaded;
  const surroundings = realSurroundings();
  const { clock } = surroundings;
  const state = await FeedStateFile.open(options.state_dir, mappingText);
  try {
    const before = await state.read();
    const metrics = new FeedMetrics(clock, options.max_buffer_bytes);
    const buffer = await RecordBuffer.open({
      folder: join(options.state_dir, 'buffer'),
      maxBytes: options.max_buffer_bytes,
      segmentBytes: Math.min(MAX_SEGMENT_BYTES, Math.ceil(options.max_buffer_bytes / SEGMENTS)),
      onDamage: (bytes, file) => {
        metrics.damaged(bytes);
        log.error({ bytes, file }, 'a part of the buffer cannot be read and is lost; check the disk');
      },
    });
    metrics.watchBuffer(() => buffer.bytes);
    const door = await Door.open(options.linborg, clock);
    const builder = new RecordBuilder(mapping, timingOf(options), before?.builder);
    const shared = { buffer, metrics, log, surroundings };
    const feeder = new Feeder({ ...shared, reader, builder, state, options }, before?.bookmark);
    const columns = columnsOf(mapping);
    const sender = new Sender({ ...shared, door, columns, batchRecords: options.linborg.batch_records });
    const listener =
      options.metrics_listen_address && (await listenMetrics(options.metrics_listen_address, metrics.registry));
    log.info({ url: options.linborg.url, isNew: before === undefined, metricsPort: listener?.port }, 'feeding');
    try {
      await runBoth(sender, (stop) => (isOnce ? feeder.runOnce(stop) : feeder.run(stop)), signal);
      log.info({ bufferedBytes: buffer.bytes }, 'stopped');
    } finally {
      // After a fault, too: a listener that stays would hold a process that neither reads nor sends, and says that it is up.
      await listener?.close();
      door.close();
      await buffer.close();
    }
  } finally {
    await state.close();
  }
}

/** Runs the sender beside the feeder; when one of them ends, by itself or by a fault, so does the other. */
async function runBoth(sender: Sender, feed: (stop: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const end = () => ended.abort();
  await Promise.all([sender.run(stop).finally(end), feed(stop).finally(end)]);
}

function realSurroundings(): Surroundings {
  return {
    clock: () => Date.now() / 1000,
    random: seededRandom(Date.now() % 2 ** 31),
    sleep: async (seconds, signal) => {
      // An aborted pause is an ended one.
      await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
    },
  };
}

/** `linborg feed KIND`: what another system has, brought to the door of a linborg. */
import { CommandError } from '../../core/errors.js';
import { FEED_KINDS, type FeedKind, type FeedOptions } from '../../feeders/options.js';
import { ReadError, type Reader } from '../../feeders/reader.js';
import { openReader } from '../../feeders/readers/openReader.js';
import { tryFeed } from '../../feeders/trial.js';
import { type Feed, loadFeed } from '../feed/loadFeed.js';
import { renderTrial } from '../feed/renderTrial.js';
import { runFeed } from '../feed/runFeed.js';
import { wholeNumber } from '../flags.js';
import { interruptSignal } from '../interrupt.js';
import { createLog } from '../log.js';

interface FeedFlags {
  readonly config: string;
  readonly test?: true;
  readonly limit: string;
  readonly live?: true;
  readonly once?: true;
  readonly 'log.level': string;
}

export async function feed(word: string, flags: FeedFlags): Promise<number> {
  const kind = FEED_KINDS.find((one) => one === word);
  if (kind === undefined) throw new CommandError(`there is no feed ${word}; expected one of ${FEED_KINDS.join(', ')}`);
  const isLive = flags.live === true;
  if (isLive && flags.test) throw new CommandError('--test and --live stand side by side; expected one of them');
  if (flags.once && !isLive) throw new CommandError('--once stands without --live; it says when that ends');
  const limit = wholeNumber('limit', flags.limit, 1, 1_000_000);
  const log = createLog(flags['log.level']);
  const loaded = await loadFeed(flags.config);
  const options = isLive ? loaded.options : fromBeginning(loaded.options);
  const reader = await openReader(kind, { feed: options, file: flags.config }, () => Date.now() / 1000);
  const interrupt = interruptSignal();
  try {
    if (!isLive) return await test({ kind, loaded, limit }, reader, interrupt.signal);
    await runFeed({ loaded, reader, isOnce: flags.once === true, log }, interrupt.signal);
    return 0;
  } finally {
    await reader.close();
    interrupt.release();
  }
}

async function test(
  { kind, loaded, limit }: { kind: FeedKind; loaded: Feed; limit: number },
  reader: Reader,
  signal: AbortSignal,
): Promise<number> {
  const { options, mapping } = loaded;
  try {
    const trial = await tryFeed({ reader, mapping, options }, Date.now() / 1000, signal);
    process.stdout.write(renderTrial(trial, mapping, limit));
    return trial.records.length > 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof ReadError)
      throw new CommandError(`${kind} cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}

/** A test of files reads what is there, not what comes. */
function fromBeginning(options: FeedOptions): FeedOptions {
  return options.file === undefined ? options : { ...options, file: { ...options.file, start: 'beginning' } };
}

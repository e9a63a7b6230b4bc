/** What linborg would have shown in the hours before the demo began: the same pipeline over the simulated past, recorded. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { publishCycle } from '../../exposition/publishedCycle.js';
import type { Fleet } from '../../simulator/fleet.js';
import type { WriteSeries } from '../../simulator/writeRequest.js';
import { Pipeline } from '../service/pipeline.js';
import { fleetSource } from './fleetSource.js';
import { SeriesBook } from './seriesBook.js';

export interface PastOptions {
  readonly fleet: Fleet;
  readonly config: Config;
  /** Epoch seconds; cycles lie at from ≤ time < until. */
  readonly from: number;
  readonly until: number;
  /** Labels that Prometheus adds when it scrapes linborg. */
  readonly labels: Readonly<Record<string, string>>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Two buckets: half the work, and a verdict on every forecast all the same. */
const EVERY_SECONDS = 600;
/** Prometheus forgets a sample after five minutes: scrapes between two cycles leave no gap. */
const SCRAPES_SECONDS = [0, 200, 400] as const;

/** Runs a cycle every ten minutes of the past. No forecast knows what came after its moment. */
export async function pastCycles(options: PastOptions): Promise<WriteSeries[]> {
  const { fleet, config, from, until, labels, log, signal, onProgress } = options;
  const ignored = () => {};
  const events = { onPull: ignored, onDropped: ignored, onHistory: ignored };
  const pipeline = await Pipeline.open(config, log, events, { sources: [fleetSource(fleet)], signal });
  const book = new SeriesBook(labels);
  const first = Math.ceil(from / EVERY_SECONDS);
  const end = Math.ceil(until / EVERY_SECONDS);
  try {
    for (let step = first; step < end; step++) {
      signal.throwIfAborted();
      const at = step * EVERY_SECONDS;
      const { metrics } = await publishCycle(await pipeline.cycle(at), config.export);
      book.add(
        metrics.text.toString(),
        SCRAPES_SECONDS.map((delay) => at + delay).filter((moment) => moment < until),
      );
      onProgress(step + 1 - first, end - first);
    }
  } finally {
    await pipeline.close();
  }
  return book.series();
}

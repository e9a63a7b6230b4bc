/** What linborg would have shown in the hours before the demo began: the same pipeline over the simulated past, recorded. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { publishCycle } from '../../exposition/publishedCycle.js';
import type { WriteSeries } from '../../simulator/writeRequest.js';
import { Pipeline } from '../service/pipeline.js';
import { fleetSource } from './fleetSource.js';
import type { SplitFleet } from './pushedServers.js';
import { SeriesBook } from './seriesBook.js';

export interface PastOptions {
  readonly fleet: SplitFleet;
  readonly config: Config;
  /** When cycles ran: epoch seconds, ascending. */
  readonly moments: readonly number[];
  /** When the last of them stops being scraped. */
  readonly until: number;
  /** Which lines of /metrics are recorded; all unless given. */
  readonly wants?: (line: string) => boolean;
  /** Labels that Prometheus adds when it scrapes linborg. */
  readonly labels: Readonly<Record<string, string>>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Prometheus forgets a sample after five minutes: scrapes between two cycles leave no gap. */
const SCRAPE_SECONDS = 200;
/** What Prometheus itself says of a scrape that succeeded. */
const UP = 'up 1';

/** Runs cycles over the past, and scrapes them. No forecast knows what came after its moment. */
export async function pastCycles(options: PastOptions): Promise<WriteSeries[]> {
  const { fleet, config, moments, until, wants = () => true, labels, log, signal, onProgress } = options;
  const ignored = () => {};
  const events = { onPull: ignored, onDropped: ignored, onHistory: ignored };
  const pipeline = await Pipeline.open(config, log, events, { sources: [fleetSource(fleet)], signal });
  const book = new SeriesBook(labels);
  try {
    for (const [index, at] of moments.entries()) {
      signal.throwIfAborted();
      const { metrics } = await publishCycle(await pipeline.cycle(at), config.export);
      const lines = [UP, ...metrics.text.toString().split('\n')].filter(wants);
      book.add(lines.join('\n'), scrapesBetween(at, moments[index + 1] ?? until));
      onProgress(index + 1, moments.length);
    }
  } finally {
    await pipeline.close();
  }
  return book.series(until);
}

function scrapesBetween(from: number, until: number): number[] {
  return Array.from({ length: Math.ceil((until - from) / SCRAPE_SECONDS) }, (_, i) => from + i * SCRAPE_SECONDS);
}

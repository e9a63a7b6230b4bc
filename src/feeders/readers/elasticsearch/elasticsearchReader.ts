/** Reads documents of indices by time. */
import { z } from 'zod';
import { isoMilliseconds } from '../../../core/isoMilliseconds.js';
import { type Bookmark, ReadError, type Reader, type ReadRequest, type ReadResult } from '../../reader.js';
import { momentReadUpTo, readWholeMoments } from '../moments.js';
import type { ElasticsearchOptions } from './options.js';
import type { Hit, SearchClient } from './searchClient.js';

/** The default of index.max_result_window, beyond which a search is refused. */
const LARGEST_SEARCH = 10_000;

/** ISO 8601, to the nanosecond: all documents up to then were read. */
const momentSchema = z.string();

export class ElasticsearchReader implements Reader {
  readonly #client: SearchClient;
  readonly #options: ElasticsearchOptions;

  constructor(client: SearchClient, options: ElasticsearchOptions) {
    this.#client = client;
    this.#options = options;
  }

  async read({ bookmark, limit, until, signal }: ReadRequest): Promise<ReadResult> {
    const { index, time_field: timeField, query: filter, start, url } = this.#options;
    const readUpTo = momentReadUpTo(bookmark, momentSchema, () => isoMilliseconds(until - start));
    const query = { index, timeField, filter, after: readUpTo, until: isoMilliseconds(until) };
    const moments = await readWholeMoments<Hit>({
      ask: (count) => this.#client.search({ ...query, limit: count }, signal),
      momentOf: ({ time }) => time,
      limit,
      largestLimit: LARGEST_SEARCH,
    });
    if (moments === undefined)
      throw new ReadError(
        `${url} has over ${LARGEST_SEARCH} documents of one ${timeField} in ${index}; expected fewer, narrow them down by elasticsearch.query`,
      );
    const { taken, isCut } = moments;
    const next: Bookmark = { readUpTo: taken.at(-1)?.time ?? readUpTo };
    return { documents: taken.map(({ document }) => document), bookmark: next, isAtEnd: !isCut };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** Elasticsearch through the client library of its makers. */
import { Client, HttpConnection } from '@elastic/elasticsearch';
import type { Transport } from '../../../http/transport.js';
import type { ElasticsearchOptions } from './options.js';
import {
  connectionOptions,
  hitsOf,
  SEARCH_PARAMETERS,
  type SearchClient,
  searchBody,
  searchFailure,
} from './searchClient.js';

export function createElasticClient(options: ElasticsearchOptions, transport: Transport): SearchClient {
  const client = new Client({ ...connectionOptions(options, transport), Connection: HttpConnection });
  return {
    async search(query, signal) {
      try {
        const headers = Object.fromEntries(await transport.headers());
        const body = await client.search(
          { index: query.index, ...SEARCH_PARAMETERS, ...searchBody(query) },
          { headers, signal },
        );
        return hitsOf(body, query.timeField);
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        throw searchFailure(options.url, cause);
      }
    },
    close: () => client.close(),
  };
}

/** OpenSearch through the client library of its makers. */
import { Client } from '@opensearch-project/opensearch';
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

export function createOpenSearchClient(options: ElasticsearchOptions, transport: Transport): SearchClient {
  const client = new Client(connectionOptions(options, transport));
  return {
    async search(query, signal) {
      const headers = Object.fromEntries(await transport.headers());
      const asked = client.search({ index: query.index, ...SEARCH_PARAMETERS, body: searchBody(query) }, { headers });
      const abort = () => asked.abort();
      signal.addEventListener('abort', abort, { once: true });
      try {
        const { body } = await asked;
        return hitsOf(body, query.timeField);
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        throw searchFailure(options.url, cause);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    close: () => client.close(),
  };
}

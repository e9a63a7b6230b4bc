/** Elasticsearch through the client library of its makers. */
import { Client, HttpConnection } from '@elastic/elasticsearch';
import type { Transport } from '../../../http/transport.js';
import { ReadError } from '../../reader.js';
import type { ElasticsearchOptions } from './options.js';
import { hitsOf, SEARCH_PARAMETERS, type SearchClient, searchBody, searchFailure } from './searchClient.js';

export function createElasticClient({ url, timeout }: ElasticsearchOptions, transport: Transport): SearchClient {
  const client = new Client({
    node: url,
    Connection: HttpConnection,
    agent: () => (url.startsWith('https:') ? transport.httpsAgent : transport.httpAgent),
    requestTimeout: timeout * 1000,
    // The feeder tries again by itself.
    maxRetries: 0,
  });
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
        throw cause instanceof ReadError ? cause : searchFailure(url, cause);
      }
    },
    close: () => client.close(),
  };
}

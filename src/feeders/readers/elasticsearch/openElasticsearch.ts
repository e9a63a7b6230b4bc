/** The reader of an Elasticsearch or an OpenSearch; only the client library that it needs is loaded. */
import { createTransport } from '../../../http/transport.js';
import type { Reader } from '../../reader.js';
import { ElasticsearchReader } from './elasticsearchReader.js';
import type { ElasticsearchOptions } from './options.js';

/** Connects with the first read. Throws SourceError for TLS files that cannot be read. */
export async function openElasticsearch(options: ElasticsearchOptions): Promise<Reader> {
  const transport = await createTransport(options, 2);
  const client =
    options.distribution === 'opensearch'
      ? (await import('./openSearchClient.js')).createOpenSearchClient(options, transport)
      : (await import('./elasticClient.js')).createElasticClient(options, transport);
  return new ElasticsearchReader(client, options);
}

/** The `elasticsearch:` block of feed.yml. */
import { z } from 'zod';
import { baseUrl, HTTP_CLIENT_FAULT, hasOneIdentity, httpClientFields } from '../../../core/httpOptions.js';
import { durationSeconds, timerSeconds } from '../../../core/options.js';

export const elasticsearchOptions = z
  .strictObject({
    url: baseUrl.prefault('http://localhost:9200'),
    /** Whose client library to use: that of Elastic's makers refuses every other server. */
    distribution: z.enum(['elasticsearch', 'opensearch']).default('elasticsearch'),
    /** Indices, data streams or aliases, with * in their names. */
    index: z.string().min(1).default('metricbeat-*'),
    /** The field of a document's time, of type date or date_nanos. */
    time_field: z.string().min(1).default('@timestamp'),
    /** What else documents must meet, in the query DSL. */
    query: z.record(z.string(), z.unknown()).optional(),
    /** An API key goes under authorization, as type: ApiKey. */
    ...httpClientFields,
    /** How far back the very first read goes. */
    start: durationSeconds.prefault('1h'),
    /** For one search, all of its answer included. */
    timeout: timerSeconds.prefault('30s'),
  })
  .refine(hasOneIdentity, HTTP_CLIENT_FAULT);

export type ElasticsearchOptions = z.output<typeof elasticsearchOptions>;

/** What a reader asks of Elasticsearch or OpenSearch. */
import { z } from 'zod';
import type { Transport } from '../../../http/transport.js';
import { ReadError, type SourceDocument } from '../../reader.js';
import type { ElasticsearchOptions } from './options.js';

export interface SearchQuery {
  readonly index: string;
  readonly timeField: string;
  readonly filter: Readonly<Record<string, unknown>> | undefined;
  /** ISO 8601, to the nanosecond; only documents of later moments are asked for. */
  readonly after: string;
  /** ISO 8601; documents of this moment still are. */
  readonly until: string;
  readonly limit: number;
}

export interface Hit {
  /** ISO 8601, with as many digits as the index keeps. */
  readonly time: string;
  readonly document: SourceDocument;
}

export interface SearchClient {
  /** The first documents in that time, ascending. Throws ReadError. */
  search(query: SearchQuery, signal: AbortSignal): Promise<readonly Hit[]>;
  close(): Promise<void>;
}

/** How either library connects. */
export function connectionOptions({ url, timeout }: ElasticsearchOptions, transport: Transport) {
  return {
    node: url,
    agent: () => (url.startsWith('https:') ? transport.httpsAgent : transport.httpAgent),
    requestTimeout: timeout * 1000,
    // The feeder tries again by itself.
    maxRetries: 0,
  };
}

/** To the nanosecond, for both of the types that dates have. */
const TIME_FORMAT = 'strict_date_optional_time_nanos';

/** The body of a search, the same for both. */
export function searchBody({ timeField, filter, after, until, limit }: SearchQuery) {
  const range = { range: { [timeField]: { gt: after, lte: until, format: TIME_FORMAT } } };
  return {
    size: limit,
    sort: [{ [timeField]: { order: 'asc' as const } }],
    query: { bool: { filter: filter === undefined ? [range] : [range, filter] } },
    docvalue_fields: [{ field: timeField, format: TIME_FORMAT }],
    track_total_hits: false,
  };
}

/** A shard that does not answer makes the search fail: what it has would be left out for good otherwise. */
export const SEARCH_PARAMETERS = {
  allow_partial_search_results: false,
  ignore_unavailable: true,
  allow_no_indices: true,
} as const;

const answerSchema = z.object({
  timed_out: z.boolean().optional(),
  hits: z.object({
    hits: z.array(z.object({ _source: z.record(z.string(), z.unknown()), fields: z.record(z.string(), z.unknown()) })),
  }),
});

/** @throws ReadError for an answer in another form, and where an index keeps no documents or no times */
export function hitsOf(body: unknown, timeField: string): Hit[] {
  const answer = answerSchema.safeParse(body);
  if (!answer.success)
    throw new ReadError(
      `the search answered in a form that is not known (${z.prettifyError(answer.error)}); does the index keep _source?`,
    );
  if (answer.data.timed_out) throw new ReadError('the search ran into its time limit');
  return answer.data.hits.hits.map(({ _source: document, fields }) => {
    const [time] = [fields[timeField]].flat();
    if (typeof time !== 'string')
      throw new ReadError(`a document has no ${timeField}; is elasticsearch.time_field the field of its time?`);
    return { time, document };
  });
}

type Headers = Readonly<Record<string, unknown>>;

/** The fault of either library, which have the same shape: `meta.statusCode`, where the server answered. A ReadError is its own. */
export function searchFailure(place: string, cause: unknown): ReadError {
  if (cause instanceof ReadError) return cause;
  const { name, message, meta } = cause as Error & { meta?: { statusCode?: number | null; headers?: Headers | null } };
  const retryAfter = Number(meta?.headers?.['retry-after']);
  const why = message.replaceAll(/\s+/g, ' ').slice(0, 500);
  return new ReadError(`${place} cannot be searched (${why})${adviceFor(name, meta?.statusCode)}`, {
    cause,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  });
}

/** What Elasticsearch answers to a client that is not its own, and other servers to that of Elasticsearch. */
const NOT_ACCEPTABLE = 406;

function adviceFor(name: string, status: number | null | undefined): string {
  if (status === 401 || status === 403)
    return '; are the credentials under elasticsearch right, and may they read this index?';
  if (status === NOT_ACCEPTABLE || name === 'ProductNotSupportedError')
    return '; expected an Elasticsearch 8 or later, or distribution: opensearch for an OpenSearch';
  return '';
}

/** Why one query brought nothing, sorted by what can be done about it. */

export type QueryFailureKind =
  /** No connection, or it broke. */
  | 'unreachable'
  | 'timeout'
  /** HTTP 5xx or 429: it may work in a moment. */
  | 'overloaded'
  /** Refused for its size: a smaller query may pass. */
  | 'too_much'
  /** PromQL that does not parse. */
  | 'bad_query'
  /**
   * HTTP 422: PromQL that cannot be executed on this data, such as a many-to-many match. Mostly the query's own fault,
   * but Prometheus 2.42 under load was seen to refuse a sound one with "vector cannot contain metrics with the same
   * labelset" and to take it a moment later.
   */
  | 'execution'
  /** Any other HTTP 4xx: credentials, path prefix, tenant. */
  | 'refused'
  /** An answer that is none of Prometheus': HTML, truncated JSON, wrong types. */
  | 'malformed'
  /** Our own side was told to stop. */
  | 'closed';

export class QueryFailure extends Error {
  readonly kind: QueryFailureKind;

  constructor(kind: QueryFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueryFailure';
    this.kind = kind;
  }
}

const RETRIED: readonly QueryFailureKind[] = ['unreachable', 'timeout', 'overloaded', 'malformed', 'execution'];
const OUTAGES: readonly QueryFailureKind[] = ['unreachable', 'timeout', 'overloaded', 'malformed', 'refused', 'closed'];

/** Whether the same query may work if it is sent again. */
export function isRetryable(failure: QueryFailure): boolean {
  return RETRIED.includes(failure.kind);
}

/** Whether it speaks against the source as a whole rather than against one query. */
export function isOutage(failure: QueryFailure): boolean {
  return OUTAGES.includes(failure.kind);
}

// Prometheus: "exceeded maximum resolution of 11,000 points per timeseries" (400), "query processing would load too many
// samples into memory" (422), "query timed out in expression evaluation" (503). VictoriaMetrics: "... matching timeseries
// exceeds N", "cannot select more than -search.maxSamplesPerQuery", "too many points". Thanos and Mimir: "exceeded chunks
// limit", "the query time range exceeds the limit", "the query exceeded the maximum number of ...".
const TOO_MUCH =
  /exceed|too many (?:samples|points|series|time ?series|chunks|bytes)|cannot select more than|query timed out/i;

/** The failure that an HTTP answer with an error status stands for. */
export function failureOfStatus(status: number, body: unknown, from: string): QueryFailure {
  const said = errorText(body);
  const text = `HTTP ${status} from ${from}${said === '' ? '' : `: ${said}`}`;
  const parseError = /parse error/i.test(said);
  if (status === 413 || (!parseError && TOO_MUCH.test(said))) return new QueryFailure('too_much', text);
  if (status === 400 && said !== '') return new QueryFailure('bad_query', text);
  if (status === 422) return new QueryFailure(parseError ? 'bad_query' : 'execution', text);
  if (status >= 500 || status === 429) return new QueryFailure('overloaded', text);
  return new QueryFailure('refused', `${text}; ${hintFor(status)}`);
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return 'check basic_auth, authorization and headers';
  if (status === 404) return 'check the path of the url: the API is expected at <url>/api/v1';
  if (status === 405) return 'set http_method to the other of GET and POST';
  return 'expected an answer of the Prometheus HTTP API';
}

/** What the body says in Prometheus' `{"status":"error","error":…}`, else its beginning on one line. */
function errorText(body: unknown): string {
  if (typeof body !== 'string') return '';
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // Not JSON: the beginning of the text has to do.
  }
  return excerpt(body);
}

/** The beginning of a text, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

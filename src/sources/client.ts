/** Asks one Prometheus-compatible API, through prometheus-query, and knows how its requests fared. */
import { type PrometheusConnectionOptions, PrometheusDriver } from 'prometheus-query';
import { SourceError } from '../core/errors.js';
import type { Random } from '../core/random.js';
import { createTransport, type Transport } from '../http/transport.js';
import { type Answer, type AnswerSeries, parseAnswer } from './answer.js';
import { apiUrl } from './grafana.js';
import { failureOfGrafana, failureOfPage } from './grafanaFailure.js';
import type { PrometheusOptions } from './options.js';
import { failureOfStatus, isRetryable, QueryFailure } from './queryFailure.js';
import { type Sleep, withRetries } from './retry.js';

/** Time and chance, owned by the caller. */
export interface Surroundings {
  /** Our own clock, epoch seconds. */
  readonly clock: () => number;
  readonly random: Random;
  readonly sleep: Sleep;
}

/** Since the client was made; each retry counts. */
export interface RequestCounts {
  readonly queries: number;
  readonly queriesFailed: number;
}

export interface Client {
  /** Evaluates at one moment (epoch seconds); every series has one point. Throws QueryFailure after 3 tries. */
  instant(query: string, at: number): Promise<readonly AnswerSeries[]>;
  /** Evaluates at `from`, `from + step`, … up to `to` (epoch seconds). Throws QueryFailure after 3 tries. */
  range(query: string, from: number, to: number, stepSeconds: number): Promise<readonly AnswerSeries[]>;
  /** Whether an answer of `instant` or `range` said that something is missing in it. */
  isPartial(answer: readonly AnswerSeries[]): boolean;
  /** The API's own clock, epoch seconds. Throws QueryFailure after 3 tries. */
  serverTime(): Promise<number>;
  counts(): RequestCounts;
  /** What the API warned of since the last call, each text once. */
  takeWarnings(): readonly string[];
  /** Ends requests under way; later ones fail with kind `closed`. */
  close(): void;
}

type RequestInterceptor = NonNullable<PrometheusConnectionOptions['requestInterceptor']>['onFulfilled'];
type ResponseInterceptor = NonNullable<PrometheusConnectionOptions['responseInterceptor']>['onFulfilled'];
interface ErrorResponse {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}
type RequestConfig = Parameters<RequestInterceptor>[0];

const TRIES = 3;
/** Prometheus gives up a little before we do, so that it can say so and a smaller query can be sent. */
const SERVER_TIMEOUT_SHARE = 0.9;
/** Node cannot hold a string beyond 512 MiB; an answer of 500,000 samples has about 15 MiB. */
const MAX_ANSWER_BYTES = 256 * 2 ** 20;
/** A query whose `time` is removed, so that it is evaluated at the server's own now. */
const SERVER_TIME_QUERY = 'time()';
/** More distinct warnings than this tell nothing new. */
const MAX_WARNINGS = 20;

/** A client for the configured API. Throws SourceError for TLS files that cannot be read. */
export async function createClient(options: PrometheusOptions, surroundings: Surroundings): Promise<Client> {
  const transport = await createTransport(options, options.max_concurrency);
  const stop = new AbortController();
  const warnings = new Set<string>();
  const partial = new WeakSet<readonly AnswerSeries[]>();
  const { ask, counts } = createAsker(surroundings, stop.signal);
  const driver = createDriver(options, transport, stop.signal, (answer) => {
    if (answer.isPartial) partial.add(answer.series);
    for (const warning of answer.warnings) if (warnings.size < MAX_WARNINGS) warnings.add(warning);
  });

  const timeout = `${Math.max(1, Math.floor(options.timeout * SERVER_TIMEOUT_SHARE))}s`;
  return {
    instant: (query, at) => ask(() => driver.instantQuery(query, at * 1000, timeout)),
    range: (query, from, to, stepSeconds) =>
      ask(() => driver.rangeQuery(query, from * 1000, to * 1000, stepSeconds, timeout)),
    isPartial: (answer) => partial.has(answer),
    serverTime: async () => {
      const [series] = await ask(() => driver.instantQuery(SERVER_TIME_QUERY, undefined, timeout));
      const time = series?.values[0];
      if (time === undefined || !Number.isFinite(time))
        throw new QueryFailure('malformed', `the answer to time() is ${time}; expected epoch seconds`);
      return time;
    },
    counts,
    takeWarnings: () => {
      const taken = [...warnings];
      warnings.clear();
      return taken;
    },
    close: () => {
      stop.abort();
      transport.close();
    },
  };
}

/** Sends what it is given, again where that may help, and counts each try. */
function createAsker(surroundings: Surroundings, stopped: AbortSignal) {
  let queries = 0;
  let queriesFailed = 0;
  const ask = (send: () => Promise<{ result: unknown[] }>): Promise<readonly AnswerSeries[]> => {
    const attempt = async () => {
      if (stopped.aborted) throw new QueryFailure('closed', 'the source was closed');
      queries++;
      try {
        return (await send()).result as AnswerSeries[];
      } catch (error) {
        queriesFailed++;
        throw unwrapDriverError(error);
      }
    };
    const retryable = (error: unknown) => error instanceof QueryFailure && isRetryable(error);
    return withRetries({ tries: TRIES, ...surroundings, isRetryable: retryable }, attempt);
  };
  return { ask, counts: (): RequestCounts => ({ queries, queriesFailed }) };
}

/** The driver of Prometheus' API over our transport: its answers are read by us, and its failures told in our words. */
function createDriver(
  options: PrometheusOptions,
  transport: Transport,
  stopped: AbortSignal,
  onAnswer: (answer: Answer) => void,
): PrometheusDriver {
  return new PrometheusDriver({
    endpoint: apiUrl(options),
    preferPost: options.http_method === 'POST',
    timeout: options.timeout * 1000,
    requestInterceptor: { onFulfilled: (config) => prepare(config, options, transport) },
    responseInterceptor: {
      onFulfilled: (response) => {
        const text = String(response.data);
        const page = failureOfPage(text, options);
        if (page !== undefined) throw page;
        const answer = parseAnswer(text);
        onAnswer(answer);
        return handOver(response, answer);
      },
      onRejected: (error: unknown) => Promise.reject(failureOf(error, options, stopped)),
    },
  });
}

async function prepare(
  config: RequestConfig,
  options: PrometheusOptions,
  transport: Transport,
): Promise<RequestConfig> {
  const headers = await transport.headers();
  for (const [name, value] of headers) config.headers.set(name, value);
  // A redirect to another place is followed without what identifies us here.
  config.sensitiveHeaders = [...headers.keys()];
  config.httpAgent = transport.httpAgent;
  config.httpsAgent = transport.httpsAgent;
  if (!options.proxy_from_environment) config.proxy = false;
  // A Grafana that redirects wants a login: its page would come as the answer.
  if (options.grafana !== undefined) config.maxRedirects = 0;
  config.maxContentLength = MAX_ANSWER_BYTES;
  // The client's own timeout starts again with every byte; a deadline also ends an answer that drips.
  // Whole milliseconds: 1.001 s are 1000.9999999999999 of them, which it refuses.
  config.signal = AbortSignal.timeout(Math.round(options.timeout * 1000));
  config.responseType = 'text';
  config.transformResponse = [(text: unknown) => text];
  for (const parameters of [config.params, config.data])
    if (parameters instanceof URLSearchParams && parameters.get('query') === SERVER_TIME_QUERY)
      parameters.delete('time');
  return config;
}

/**
 * Gives the parsed series to the driver as a "scalar", whose result it passes through untouched: for a matrix it would
 * make a Date and an object for each point, which for 10,000 series × 289 points takes 1.1 GB.
 */
function handOver(response: Parameters<ResponseInterceptor>[0], answer: Answer): typeof response {
  return { ...response, data: { status: 'success', data: { resultType: 'scalar', result: answer.series } } };
}

/** The failure that an error of the HTTP client stands for. */
function failureOf(error: unknown, options: PrometheusOptions, stop: AbortSignal): unknown {
  if (error instanceof SourceError || !(error instanceof Error)) return error;
  const { code, response } = error as Error & { code?: string; response?: ErrorResponse };
  const url = apiUrl(options);
  if (stop.aborted) return new QueryFailure('closed', 'the source was closed', { cause: error });
  if (response !== undefined && response.status >= 300) return failureOfResponse(response, options);
  if (code === 'ERR_CANCELED' || code === 'ECONNABORTED' || code === 'ETIMEDOUT')
    return new QueryFailure('timeout', `no complete answer from ${url} within ${options.timeout} s`, {
      cause: error,
    });
  if (/maxContentLength/.test(error.message))
    return new QueryFailure('too_much', `the answer from ${url} has over ${MAX_ANSWER_BYTES} bytes`, {
      cause: error,
    });
  const reason = error.message === '' ? (code ?? 'connection failed') : error.message;
  return new QueryFailure('unreachable', `${url} cannot be reached (${reason})`, { cause: error });
}

function failureOfResponse({ status, data, headers }: ErrorResponse, options: PrometheusOptions): QueryFailure {
  const location = headers['location'];
  const refusal = {
    status,
    body: typeof data === 'string' ? data : '',
    location: typeof location === 'string' ? location : undefined,
  };
  return failureOfGrafana(refusal, options) ?? failureOfStatus(status, data, apiUrl(options));
}

/** The driver rejects with a plain object that keeps what was thrown under `original`. */
function unwrapDriverError(error: unknown): Error {
  const original =
    typeof error === 'object' && error !== null && 'original' in error ? (error.original as unknown) : error;
  if (original instanceof QueryFailure || original instanceof SourceError) return original;
  return new QueryFailure('malformed', `the request failed unexpectedly (${String(original)})`, { cause: original });
}

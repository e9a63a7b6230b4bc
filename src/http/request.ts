/** One HTTP request over a transport, with a deadline and a bound on its answer. */
import http from 'node:http';
import https from 'node:https';
import { withDeadline } from './deadline.js';
import type { Transport } from './transport.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** For all of the answer. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** More than any answer that is meant has; beyond it memory is at risk. */
const MAX_ANSWER_BYTES = 256 * 2 ** 20;

/** The answer, whatever its status. Rejects with the fault of the connection, of the deadline, or the signal's reason. */
export async function sendRequest(transport: Transport, request: HttpRequest): Promise<HttpAnswer> {
  const headers = { ...request.headers, ...Object.fromEntries(await transport.headers()) };
  return await withDeadline(request.timeoutSeconds, request.signal, (signal) =>
    ask(transport, { ...request, headers, signal }).catch((error: unknown) => {
      if (request.signal.aborted) throw request.signal.reason;
      if (signal.aborted) throw new Error(`no complete answer within ${request.timeoutSeconds} s`, { cause: error });
      throw error;
    }),
  );
}

function ask(transport: Transport, { method, url, headers = {}, body, signal }: HttpRequest): Promise<HttpAnswer> {
  const isTls = url.protocol === 'https:';
  return new Promise<HttpAnswer>((resolve, reject) => {
    const sent = (isTls ? https : http).request(
      url,
      { method, headers, signal, agent: isTls ? transport.httpsAgent : transport.httpAgent },
      (answer) => {
        readBody(answer).then(
          (text) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
          (error: unknown) => {
            sent.destroy();
            reject(error);
          },
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function readBody(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer has over ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * What `Retry-After` asks for, in seconds from now; undefined without a header that can be read.
 * @param at  epoch seconds now, for the form that gives a date
 */
export function retryAfterSeconds(headers: http.IncomingHttpHeaders, at: number): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text) / 1000;
  return Number.isFinite(date) ? Math.max(0, date - at) : undefined;
}

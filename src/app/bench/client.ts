/** Asks over HTTP from a thread of its own, so that what the client does is not counted as the server's. */
import { parentPort } from 'node:worker_threads';

/** One request; `body` makes it a POST. */
export interface ClientRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface ClientAnswer {
  readonly milliseconds: number;
  /** As told by Content-Length. */
  readonly bytes: number;
  readonly status: number;
}

parentPort?.on('message', async ({ url, headers, body }: ClientRequest) => {
  const before = performance.now();
  const sent = body === undefined ? {} : { method: 'POST', body: Uint8Array.from(body) };
  const response = await fetch(url, { headers, ...sent });
  const length = (await response.arrayBuffer()).byteLength;
  parentPort!.postMessage({
    milliseconds: performance.now() - before,
    bytes: Number(response.headers.get('content-length') ?? length),
    status: response.status,
  } satisfies ClientAnswer);
});

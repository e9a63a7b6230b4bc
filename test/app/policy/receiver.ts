/** A receiver of actions on a free port of the loopback interface, whose answers the test chooses. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Idempotency keys of what was carried out, each once. */
  readonly carriedOut: ReadonlySet<string>;
}

/** A status; `silence` = no answer at all; `lost` = it is carried out, and the answer is lost. */
export type Answer = number | 'silence' | 'lost';

const running: Server[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** @param answers  one per request; the last one for all that follow */
export async function startReceiver(...answers: readonly Answer[]): Promise<Receiver> {
  const received: Received[] = [];
  const carriedOut = new Set<string>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const answer = answers[Math.min(received.length, answers.length - 1)] ?? 200;
    received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(parts).toString() });
    const isDone = answer === 'lost' || (typeof answer === 'number' && answer < 300);
    if (isDone) carriedOut.add(String(request.headers['idempotency-key']));
    if (answer === 'lost') request.socket.destroy();
    else if (answer !== 'silence') response.writeHead(answer, { Location: '/elsewhere' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, carriedOut };
}

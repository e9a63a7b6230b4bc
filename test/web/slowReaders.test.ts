import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { dropSlowReaders } from '../../src/web/middleware/slowReaders.js';

/** More than the system keeps for a socket. */
const ANSWER_BYTES = 40_000_000;
const LIMIT_MILLISECONDS = 300;

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function startAnswering(limitMilliseconds = LIMIT_MILLISECONDS) {
  const application = new Koa();
  application.use(dropSlowReaders(limitMilliseconds));
  application.use(async (ctx) => {
    await sleep(ctx.path === '/late' ? 2 * limitMilliseconds : 0);
    ctx.body = Buffer.alloc(ctx.path === '/large' ? ANSWER_BYTES : 10);
  });
  const server = createServer(application.callback()).listen(0, '127.0.0.1');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('a client that does not read', () => {
  it('loses its connection, and what was kept for it is let go', async () => {
    const { server, port } = await startAnswering();
    const client = connect(port, '127.0.0.1');
    closing.push(() => client.destroy());
    client.pause().on('error', () => {});
    client.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [socket] = (await once(server, 'connection')) as [Socket];
    await once(socket, 'close');
    expect(client.bytesRead).toBe(0);
  }, 20_000);

  it('gets all of its answer where it reads, however slowly', async () => {
    // Ten times as long as a pause, so that a stall of the machine is none.
    const { port } = await startAnswering(3000);
    const [answer] = (await once(get({ port, host: '127.0.0.1', path: '/large' }), 'response')) as [IncomingMessage];
    let bytes = 0;
    let pauses = 0;
    for await (const part of answer) {
      bytes += (part as Buffer).length;
      if (bytes > pauses * 4_000_000) {
        pauses++;
        await sleep(300);
      }
    }
    expect(bytes).toBe(ANSWER_BYTES);
    expect(pauses).toBe(10);
  });

  it('is not one that waits for an answer which takes its time', async () => {
    const { port } = await startAnswering();
    const [answer] = (await once(get({ port, host: '127.0.0.1', path: '/late' }), 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(200);
  });
});

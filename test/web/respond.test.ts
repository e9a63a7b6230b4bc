import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { afterEach, expect, test } from 'vitest';
import { sendParts } from '../../src/web/respond.js';

/** More than a socket takes at once, and no whole number of slices. */
const PARTS = [randomBytes(40_000_003), Buffer.alloc(0), Buffer.from('the end\n')];

const closings: (() => void)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** Its address. */
async function serveParts(): Promise<string> {
  const app = new Koa();
  // A broken connection is told there; koa writes it out otherwise.
  app.on('error', () => {});
  app.use((ctx) => sendParts(ctx, PARTS));
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  closings.push(() => server.closeAllConnections(), server.close.bind(server));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('parts arrive whole, in order, with their length said before', async () => {
  const url = await serveParts();
  for (let i = 0; i < 2; i++) {
    const answer = await fetch(url);
    const body = new Uint8Array(await answer.arrayBuffer());
    expect(answer.headers.get('content-length')).toBe(String(body.length));
    expect(digestOf(body)).toBe(digestOf(Buffer.concat(PARTS)));
  }
});

test('to HEAD the length is said and nothing sent', async () => {
  const answer = await fetch(await serveParts(), { method: 'HEAD' });
  expect(answer.headers.get('content-length')).toBe(String(Buffer.concat(PARTS).length));
  expect(await answer.text()).toBe('');
});

test('a client that breaks off in the middle leaves the next one its whole answer', async () => {
  const url = await serveParts();
  const broken = new AbortController();
  const answer = await fetch(url, { signal: broken.signal });
  await answer.body!.getReader().read();
  broken.abort();
  const next = await fetch(url);
  expect((await next.arrayBuffer()).byteLength).toBe(Buffer.concat(PARTS).length);
});

/** Answers: the right headers, compressed where the client takes it. */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'koa';
import type { ReadyText } from '../exposition/publishedCycle.js';
import { type Html, htmlText } from './pages/html.js';

const gzipAsync = promisify(gzip);

/** Below this, the gzip header costs more than it saves. */
const SMALLEST_COMPRESSED_BYTES = 1024;

/** What is written to a socket in one turn: a millisecond of work. */
const SLICE_BYTES = 1 << 20;

/** Whether the client takes gzip; says so to caches too. */
export function takesGzip(ctx: Context): boolean {
  ctx.vary('Accept-Encoding');
  return ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
}

/** Answers with a page for people. */
export async function sendPage(ctx: Context, status: number, page: Html): Promise<void> {
  await send(ctx, status, 'text/html; charset=utf-8', htmlText(page));
}

/** Answers with plain text, or text of another type. */
export async function sendText(
  ctx: Context,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): Promise<void> {
  await send(ctx, status, type, text);
}

/** Answers with JSON, in which NaN is null. */
export async function sendJson(ctx: Context, status: number, value: unknown): Promise<void> {
  await send(ctx, status, 'application/json', `${JSON.stringify(value)}\n`);
}

/** Answers with a text that is ready. */
export async function sendReadyJson(ctx: Context, ready: ReadyText): Promise<void> {
  const compressed = takesGzip(ctx);
  const body = compressed ? await ready.gzip() : ready.plain;
  ctx.status = 200;
  ctx.set('Content-Type', 'application/json');
  if (compressed) ctx.set('Content-Encoding', 'gzip');
  sendParts(ctx, [body]);
}

/** Answers with parts one after the other: nothing is copied, and others get their turn while a long answer is written. */
export function sendParts(ctx: Context, parts: readonly Buffer[]): void {
  ctx.body = Readable.from(slicesOf(parts));
  ctx.length = parts.reduce((sum, { length }) => sum + length, 0);
}

function* slicesOf(parts: readonly Buffer[]): Generator<Buffer> {
  for (const part of parts) {
    for (let start = 0; start < part.length; start += SLICE_BYTES) yield part.subarray(start, start + SLICE_BYTES);
  }
}

async function send(ctx: Context, status: number, type: string, text: string): Promise<void> {
  const body = Buffer.from(text);
  ctx.status = status;
  ctx.set('Content-Type', type);
  const compressed = takesGzip(ctx) && body.length >= SMALLEST_COMPRESSED_BYTES;
  if (compressed) ctx.set('Content-Encoding', 'gzip');
  ctx.body = compressed ? await gzipAsync(body) : body;
}

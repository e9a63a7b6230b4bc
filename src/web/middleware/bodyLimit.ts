import type { Middleware } from 'koa';
import { sendJson } from '../respond.js';

/** Refuses bodies of unknown length and bodies over the limit before a byte of them is read. */
export function limitBody(maxBytes: number): Middleware {
  return async (ctx, next) => {
    const refusal = refuse(ctx.get('Content-Length'), ctx.get('Transfer-Encoding'), maxBytes);
    if (!refusal) return next();
    // The unread body would be taken for the next request.
    ctx.set('Connection', 'close');
    await sendJson(ctx, refusal.status, { detail: refusal.detail });
  };
}

function refuse(length: string, transferEncoding: string, maxBytes: number) {
  if (transferEncoding !== '') return { status: 411, detail: 'the body has no Content-Length' };
  const bytes = Number(length || 0);
  if (bytes <= maxBytes) return undefined;
  return { status: 413, detail: `the body has ${bytes} bytes; the limit is ${maxBytes} (web.max_body_bytes)` };
}

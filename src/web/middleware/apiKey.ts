import { timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Context, Middleware } from 'koa';
import { digestKey } from '../options.js';
import { sendJson } from '../respond.js';

/**
 * Lets a request to the JSON doors and to remote read pass: with the right `X-API-Key` where a key is configured, from this
 * machine alone where none is. `Authorization: Bearer KEY` does as well: Prometheus reads that one from a file.
 * @param keyDigest SHA-256 of the key
 */
export function requireApiKey(keyDigest: Buffer | undefined): Middleware {
  return async (ctx, next) => {
    const refusal = keyDigest ? refuseKey(keyOf(ctx), keyDigest) : refuseRemote(ctx);
    if (!refusal) return next();
    await sendJson(ctx, refusal.status, { detail: refusal.detail });
  };
}

function keyOf(ctx: Context): string {
  return ctx.get('X-API-Key') || (/^Bearer +(.+)$/i.exec(ctx.get('Authorization'))?.[1] ?? '');
}

function refuseKey(key: string, keyDigest: Buffer) {
  if (key === '') return { status: 401, detail: 'the header X-API-Key is missing' };
  // Digests have one length, so the comparison takes the same time whatever the key is.
  if (!timingSafeEqual(digestKey(key), keyDigest)) return { status: 403, detail: 'the header X-API-Key is wrong' };
  return undefined;
}

/** What a proxy adds to tell whom it speaks for. */
const PROXY_HEADERS = ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Real-IP', 'Via'];

function refuseRemote(ctx: Context) {
  // The host name is checked too: a page in a browser on this machine may bind its own name to this address. A reverse proxy makes
  // every client look local, and may give linborg's own name as the host.
  const isProxied = PROXY_HEADERS.some((name) => ctx.get(name) !== '');
  const isLocal = isLoopback(ctx.req.socket.remoteAddress ?? '') && isLoopback(ctx.hostname);
  if (isLocal && !isProxied) return undefined;
  return { status: 403, detail: 'without web.api_key this door answers on the loopback interface only' };
}

/** Tells whether an address or host name is this machine's own. */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

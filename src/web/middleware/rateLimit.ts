import type { Middleware } from 'koa';
import { sendJson } from '../respond.js';

const WINDOW_SECONDS = 60;
/** Beyond this many clients, those whose window has passed are forgotten. */
const REMEMBERED_CLIENTS = 1024;

interface ClientWindow {
  startedAt: number;
  requests: number;
}

/**
 * Allows each client address `perMinute` requests per minute, counted in windows that start with its first request.
 * @param perMinute 0 = unlimited
 * @param now epoch seconds
 */
export function limitRate(perMinute: number, now: () => number): Middleware {
  const clients = new Map<string, ClientWindow>();
  return async (ctx, next) => {
    if (perMinute === 0) return next();
    const at = now();
    const window = openWindow(clients, ctx.req.socket.remoteAddress ?? '', at);
    window.requests++;
    if (window.requests <= perMinute) return next();
    const waitSeconds = Math.max(1, Math.ceil(window.startedAt + WINDOW_SECONDS - at));
    ctx.set('Retry-After', String(waitSeconds));
    const detail = `Rate limit exceeded. ${perMinute} requests per minute are allowed; try again in ${waitSeconds} s.`;
    await sendJson(ctx, 429, { detail });
  };
}

function openWindow(clients: Map<string, ClientWindow>, client: string, at: number): ClientWindow {
  const known = clients.get(client);
  if (known && isOpen(known, at)) return known;
  if (clients.size >= REMEMBERED_CLIENTS) {
    for (const [name, window] of clients) if (!isOpen(window, at)) clients.delete(name);
  }
  const window = { startedAt: at, requests: 0 };
  clients.set(client, window);
  return window;
}

/** A window that lies ahead is none: the clock was set back, and would shut the client out for as long. */
function isOpen({ startedAt }: ClientWindow, at: number): boolean {
  return at >= startedAt && at - startedAt < WINDOW_SECONDS;
}

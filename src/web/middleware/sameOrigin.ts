import type { Middleware } from 'koa';
import { sendJson } from '../respond.js';

/**
 * Refuses requests that a page of another site makes a browser send: on the machine of linborg itself they would pass for
 * the user's own.
 */
export const requireSameOrigin: Middleware = async (ctx, next) => {
  const site = ctx.get('Sec-Fetch-Site');
  const isForeign = isOtherHost(ctx.get('Origin'), ctx.host) || site === 'cross-site' || site === 'same-site';
  if (!isForeign) return next();
  await sendJson(ctx, 403, { detail: 'this door takes no requests from pages of other sites' });
};

/** By host and port: whether a proxy in front speaks TLS is not known here. A page without an origin says "null". */
function isOtherHost(origin: string, host: string): boolean {
  if (origin === '') return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

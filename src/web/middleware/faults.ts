import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { sendJson } from '../respond.js';

/** A fault in a route becomes a 500; the stack goes to the log, never to the client. */
export function answerFaults(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      // A client that goes away while it sends, or is too slow, is no fault in here.
      if (ctx.req.socket.destroyed) return log.debug({ err: error, path: ctx.path }, 'client went away');
      log.error({ err: error, method: ctx.method, path: ctx.path }, 'route failed');
      ctx.remove('Content-Encoding');
      await sendJson(ctx, 500, { detail: 'Something went wrong inside linborg; its log says what.' });
    }
  };
}

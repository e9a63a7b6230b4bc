import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { sendText } from '../respond.js';

/** A fault in a route becomes a plain 500; the stack goes to the log, never to the client. */
export function answerFaults(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      log.error({ err: error, method: ctx.method, path: ctx.path }, 'route failed');
      ctx.remove('Content-Encoding');
      await sendText(ctx, 500, 'Something went wrong inside linborg; its log says what.\n');
    }
  };
}

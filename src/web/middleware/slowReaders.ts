import type { Middleware } from 'koa';

/**
 * Breaks the connection of a client that takes nothing of its answer for so long: the answer would be kept in memory as long as the client
 * likes. One that reads slowly gets all of it.
 */
export function dropSlowReaders(milliseconds: number): Middleware {
  return async (ctx, next) => {
    await next();
    // From here on only the client is waited for. Node counts no time in which something could be sent, and has a limit of its own
    // between two requests.
    ctx.req.socket.setTimeout(milliseconds);
  };
}

/** POST /api/v1/read: the future as series, by Prometheus' remote-read protocol. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { readFuture } from '../../exposition/future/readFuture.js';
import { ReadRefusal } from '../../exposition/future/refusal.js';
import { Turns } from '../../exposition/future/turns.js';
import { currentCycle } from '../../exposition/readiness.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { requireSameOrigin } from '../middleware/sameOrigin.js';
import type { WebParts } from '../parts.js';
import { readBody } from '../readBody.js';
import { sendText } from '../respond.js';

/** @param keyDigest SHA-256 of the key that it wants; undefined = loopback only */
export function addRemoteReadRoute(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  // One answer at a time: they share one thread, and the memory of one is bounded.
  let before: Promise<void> = Promise.resolve();
  router.post('/api/v1/read', requireSameOrigin, requireApiKey(keyDigest), async (ctx) => {
    const body = await readBody(ctx);
    // Many that are answered at once, each in less than a turn, would be one long turn together.
    const mine = before
      .then(() => nextTurn())
      .then(() => (ctx.req.socket.destroyed ? undefined : answer(ctx, parts, body)));
    before = mine.catch(() => {});
    await mine;
  });
}

async function answer(ctx: Context, { state, now }: WebParts, body: Buffer): Promise<void> {
  try {
    if (!['', 'snappy'].includes(ctx.get('Content-Encoding'))) {
      throw new ReadRefusal(415, `the body is encoded by ${ctx.get('Content-Encoding')}; expected snappy`);
    }
    const turns = new Turns(undefined, whileWaitedFor(ctx));
    const { body: read, samples } = await readFuture(body, currentCycle(state, now()), state.future(), turns);
    state.exporter.futureRead(true, samples);
    ctx.status = 200;
    ctx.set({ 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' });
    ctx.body = read;
  } catch (error) {
    state.exporter.futureRead(false, 0);
    if (!(error instanceof ReadRefusal)) throw error;
    await sendText(ctx, error.status, `${error.message}.\n`);
  }
}

/** Aborts when the client goes away: a dashboard that asks for something else, or a query that timed out. */
function whileWaitedFor({ res }: Context): AbortSignal {
  const waiting = new AbortController();
  res.once('close', () => waiting.abort());
  return waiting.signal;
}

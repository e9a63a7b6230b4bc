/** POST /feed/data: records of the older daemons' clients; GET /debug/warmup: how far the servers are. */
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { z } from 'zod';
import type { feedAnswer } from '../../exposition/answers/feed.js';
import { debugWarmupView } from '../../exposition/json/debugWarmup.js';
import { feedView } from '../../exposition/json/feed.js';
import type { PushDoors } from '../../exposition/push.js';
import { decodeFeedBody } from '../feedBody.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { limitRate } from '../middleware/rateLimit.js';
import { requireSameOrigin } from '../middleware/sameOrigin.js';
import type { WebParts } from '../parts.js';
import { readBody } from '../readBody.js';
import { sendJson } from '../respond.js';
import { sendInvalid } from '../validation.js';

/** When to try again what could not be written down. */
const RETRY_SECONDS = 10;

const IGNORED: z.infer<typeof feedAnswer> = { status: 'ignored', reason: 'empty batch' };

/** @param keyDigest SHA-256 of the key that they want; undefined = loopback only */
export function addFeedRoutes(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { push, state, options, now } = parts;
  const key = requireApiKey(keyDigest);
  const rate = limitRate(options.feedPerMinute, now);
  router.post('/feed/data', requireSameOrigin, key, rate, async (ctx) => {
    const successful = push === undefined ? await sendDisabled(ctx) : await takeIn(ctx, push, options.maxBodyBytes);
    state.exporter.pushRequested(successful);
  });
  router.get('/debug/warmup', key, limitRate(options.predictionsPerMinute, now), (ctx) =>
    sendJson(ctx, 200, debugWarmupView(state.cycle()?.servers ?? [], push?.warmup() ?? [], state.warmupBuckets())),
  );
}

/** @returns whether the batch was taken in, or there was nothing in it */
async function takeIn(ctx: Context, push: PushDoors, maxBytes: number): Promise<boolean> {
  const bytes = await readBody(ctx);
  const { value, refusal } = await decode(ctx, bytes, maxBytes);
  if (refusal) {
    if (refusal.status === 422) await sendInvalid(ctx, [refusal.reason]);
    else await sendJson(ctx, refusal.status, { detail: refusal.reason });
    return false;
  }
  const records = (value as { readonly records?: unknown } | null)?.records;
  if (!Array.isArray(records)) {
    await sendInvalid(ctx, ['records is missing or no list; expected {"records": [{…}]}']);
    return false;
  }
  const outcome = await push.feed(records);
  switch (outcome.kind) {
    case 'ignored':
      await sendJson(ctx, 200, IGNORED);
      return true;
    case 'refused':
      await sendInvalid(ctx, outcome.errors, outcome.detail);
      return false;
    case 'unavailable':
      ctx.set('Retry-After', String(RETRY_SECONDS));
      await sendJson(ctx, 503, { detail: outcome.message });
      return false;
    case 'accepted':
      await sendJson(ctx, 200, feedView(outcome.tally));
      return true;
  }
}

async function decode(ctx: Context, bytes: Buffer, maxBytes: number) {
  const body = { bytes, contentType: ctx.get('Content-Type'), contentEncoding: ctx.get('Content-Encoding') };
  const decoded = await decodeFeedBody(body, maxBytes);
  return decoded.kind === 'value' ? { value: decoded.value } : { refusal: decoded };
}

async function sendDisabled(ctx: Context): Promise<boolean> {
  await sendJson(ctx, 404, { detail: 'linborg takes no records here; set push.enabled: true in its configuration' });
  return false;
}

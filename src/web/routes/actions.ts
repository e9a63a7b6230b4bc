/** The doors of the policy: what was decided, and what waits for a person. What changes something is a POST. */
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { ActionDoors } from '../../exposition/actions.js';
import { answerBody } from '../../exposition/answers/actions.js';
import { actionsView } from '../../exposition/json/actions.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { limitRate } from '../middleware/rateLimit.js';
import { requireSameOrigin } from '../middleware/sameOrigin.js';
import type { WebParts } from '../parts.js';
import { sendJson } from '../respond.js';
import { readValidBody } from '../validation.js';
import { sendWishAnswer } from '../wishAnswer.js';

/** @param keyDigest SHA-256 of the key that they want; undefined = loopback only */
export function addActionRoutes(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { actions, options, now } = parts;
  if (actions === undefined) return;
  const key = requireApiKey(keyDigest);
  router.get('/actions', key, limitRate(options.predictionsPerMinute, now), (ctx) =>
    sendJson(ctx, 200, actionsView(actions)),
  );
  const change = [requireSameOrigin, key, limitRate(options.adminPerMinute, now)] as const;
  router.post('/admin/actions/:id/approve', ...change, (ctx) => answerFor(ctx, (id, by) => actions.approve(id, by)));
  router.post('/admin/actions/:id/deny', ...change, (ctx) => answerFor(ctx, (id, by) => actions.decline(id, by)));
}

/** Who answers may stand in the body, `{"by": "…"}`. */
async function answerFor(ctx: Context, decide: ActionDoors['approve']): Promise<void> {
  const sent = await readValidBody(ctx, answerBody);
  if (sent) await sendWishAnswer(ctx, await decide(String(ctx['params']['id']), sent.body?.by ?? ''), 'pending');
}

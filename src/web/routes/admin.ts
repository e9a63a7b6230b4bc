/** The doors of the model: which one serves, and the training of the next. What changes something is a POST. */
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { reloadBody, reloadQuery } from '../../exposition/answers/admin.js';
import { modelInfoView, modelsView, trainingStatsView, trainingStatusView } from '../../exposition/json/admin.js';
import type { LearningDoors } from '../../exposition/learning.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { limitRate } from '../middleware/rateLimit.js';
import { requireSameOrigin } from '../middleware/sameOrigin.js';
import type { WebParts } from '../parts.js';
import { sendJson } from '../respond.js';
import { readQuery, readValidBody } from '../validation.js';
import { sendWishAnswer } from '../wishAnswer.js';

/** @param keyDigest SHA-256 of the key that they want; undefined = loopback only */
export function addAdminRoutes(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { learning, state, options, now } = parts;
  if (learning === undefined) return;
  const key = requireApiKey(keyDigest);
  const rate = limitRate(options.adminPerMinute, now);
  router.get('/admin/models', key, rate, async (ctx) => sendJson(ctx, 200, modelsView(await learning.models())));
  router.get('/admin/model-info', key, rate, async (ctx) =>
    sendJson(ctx, 200, modelInfoView(state.model(), await learning.models(), learning)),
  );
  router.get('/admin/training-status', key, rate, (ctx) => sendJson(ctx, 200, trainingStatusView(learning)));
  router.get('/admin/training-stats', key, rate, (ctx) => sendJson(ctx, 200, trainingStatsView(learning)));
  const change = [requireSameOrigin, key, rate] as const;
  router.post('/admin/trigger-training', ...change, async (ctx) => {
    const answer = await learning.trigger();
    await sendWishAnswer(ctx, answer, 'models', answer.kind === 'done' && answer.id ? { training_id: answer.id } : {});
  });
  router.post('/admin/cancel-training', ...change, async (ctx) =>
    sendWishAnswer(ctx, await learning.cancel(), 'models'),
  );
  router.post('/admin/reload-model', ...change, (ctx) => reloadModel(ctx, learning));
}

/** The name of the model comes in the body, `{"model": "…"}`, or in the query; none = the one of the configuration. */
async function reloadModel(ctx: Context, learning: LearningDoors): Promise<void> {
  const query = await readQuery(ctx, reloadQuery);
  const sent = query && (await readValidBody(ctx, reloadBody));
  if (sent) await sendWishAnswer(ctx, await learning.load(sent.body?.model ?? query.model), 'models');
}

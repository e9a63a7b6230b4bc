/** What became of a wish: 200, 409 where it cannot be, 404 with what there is. */
import type { Context } from 'koa';
import type { WishAnswer } from '../exposition/learning.js';
import { sendJson } from './respond.js';

/**
 * @param known  under which name a 404 lists what there is
 * @param more   what a 200 says besides
 */
export async function sendWishAnswer(
  ctx: Context,
  answer: WishAnswer,
  known: 'models' | 'pending',
  more: object = {},
): Promise<void> {
  switch (answer.kind) {
    case 'done':
      return sendJson(ctx, 200, { status: 'success', message: answer.message, ...more });
    case 'refused':
      return sendJson(ctx, 409, { status: 'error', message: answer.message, detail: answer.message });
    case 'unknown':
      return sendJson(ctx, 404, { detail: answer.message, [known]: answer.known });
  }
}

/** What no route has answered: a wrong method is a 405, an unknown path a 404 that helps. */
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { closestNames } from '../../exposition/json/closestNames.js';
import { renderNotFound } from '../pages/notFoundPage.js';
import { sendJson, sendPage } from '../respond.js';

export function answerUnmatched(router: Router): Middleware {
  const paths = [...new Set(router.stack.map(({ path }) => String(path)))];
  return async (ctx) => {
    const methods = router.stack.filter((layer) => layer.match(ctx.path)).flatMap((layer) => layer.methods);
    if (methods.length > 0) {
      ctx.set('Allow', [...new Set(methods)].join(', '));
      if (ctx.method === 'OPTIONS') ctx.status = 204;
      else {
        const detail = `${ctx.method} is not allowed on ${ctx.path}; use ${[...new Set(methods)].join(' or ')}`;
        await sendJson(ctx, 405, { detail });
      }
      return;
    }
    const closest = closestNames(ctx.path, paths);
    const detail = `there is nothing at ${ctx.path}`;
    if (ctx.accepts('html', 'json', 'text') === 'html' && ctx.get('Accept').includes('html')) {
      await sendPage(ctx, 404, renderNotFound(detail, closest));
    } else await sendJson(ctx, 404, { detail, closest });
  };
}

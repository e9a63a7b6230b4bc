/** Prometheus' own paths for probes and for reloading, and the configuration in force. */
import type { Router } from '@koa/router';
import { PartialReloadError } from '../../core/errors.js';
import { judgeReadiness } from '../../exposition/readiness.js';
import { requireSameOrigin } from '../middleware/sameOrigin.js';
import type { WebParts } from '../parts.js';
import { sendText } from '../respond.js';

export function addLifecycleRoutes(router: Router, parts: WebParts): void {
  const { state, now } = parts;
  router.get('/-/healthy', (ctx) => sendText(ctx, 200, 'linborg is healthy.\n'));
  router.get('/-/ready', async (ctx) => {
    const readiness = judgeReadiness(state.cycles(), now());
    if (readiness.kind === 'ready') await sendText(ctx, 200, 'linborg is ready.\n');
    else await sendText(ctx, 503, `linborg is not ready: ${readiness.reason}.\n`);
  });
  router.get('/config', async (ctx) => {
    await sendText(ctx, 200, state.configText());
    ctx.set('Content-Type', 'application/yaml; charset=utf-8');
  });
  router.register(
    '/-/reload',
    ['POST', 'PUT'],
    [
      requireSameOrigin,
      async (ctx) => {
        const answer = await reload(parts);
        await sendText(ctx, answer.status, answer.text);
      },
    ],
  );
}

async function reload({ options, reload: load, log }: WebParts): Promise<{ status: number; text: string }> {
  if (!options.enableLifecycle) {
    const hint = 'set web.enable_lifecycle: true, or send SIGHUP to the process';
    return { status: 403, text: `Reloading over HTTP is not enabled; ${hint}.\n` };
  }
  try {
    await load();
    return { status: 200, text: 'The configuration was loaded again.\n' };
  } catch (error) {
    log.error({ err: error }, 'reload failed');
    const reason = error instanceof Error ? error.message : String(error);
    const outcome =
      error instanceof PartialReloadError ? 'loaded in part only' : 'not loaded; the last good one goes on';
    return { status: 500, text: `The configuration was ${outcome}.\n${reason}\n` };
  }
}

/** GET /metrics: text that is ready, in the format that the client prefers. */
import type { Router } from '@koa/router';
import { renderMetricsPage } from '../../exposition/metricsPage.js';
import { currentCycle } from '../../exposition/readiness.js';
import { negotiateFormat } from '../negotiateFormat.js';
import type { WebParts } from '../parts.js';
import { sendParts, takesGzip } from '../respond.js';

export function addScrapeRoute(router: Router, { state, now }: WebParts): void {
  router.get('/metrics', async (ctx) => {
    ctx.vary('Accept');
    const wish = { format: negotiateFormat(ctx.get('Accept')), gzip: takesGzip(ctx) };
    const { contentType, parts } = await renderMetricsPage(currentCycle(state, now())?.metrics, state.exporter, wish);
    ctx.set('Content-Type', contentType);
    if (wish.gzip) ctx.set('Content-Encoding', 'gzip');
    sendParts(ctx, parts);
  });
}

/** The pages for people. */
import type { Router } from '@koa/router';
import { closestNames } from '../../exposition/json/closestNames.js';
import { currentCycle } from '../../exposition/readiness.js';
import { renderActivityPage } from '../pages/activityPage.js';
import { renderConfigurationPage } from '../pages/configurationPage.js';
import { renderFleetPage } from '../pages/fleetPage.js';
import { parseFleetQuery } from '../pages/fleetQuery.js';
import { serverAddress } from '../pages/fleetTable.js';
import { renderModelPage } from '../pages/modelPage.js';
import { renderNotFound, renderWithoutResult } from '../pages/notFoundPage.js';
import { renderServerPage } from '../pages/serverPage.js';
import { renderTrustPage } from '../pages/trustPage.js';
import { renderWhy } from '../pages/why.js';
import type { WebParts } from '../parts.js';
import { sendPage } from '../respond.js';
import { withDeadline } from '../withDeadline.js';

/** A page waits no longer for the model. */
const WHY_MILLISECONDS = 2000;

export function addPageRoutes(router: Router, { state, now, explain }: WebParts): void {
  router.get('/', async (ctx) => {
    await sendPage(ctx, 200, renderFleetPage(state, parseFleetQuery(new URLSearchParams(ctx.querystring)), now()));
  });
  router.get('/activity', (ctx) => sendPage(ctx, 200, renderActivityPage(state, now())));
  router.get('/configuration', (ctx) => sendPage(ctx, 200, renderConfigurationPage(state, now())));
  router.get('/model', (ctx) => sendPage(ctx, 200, renderModelPage(state, now())));
  router.get('/trust', (ctx) => sendPage(ctx, 200, renderTrustPage(state, now())));
  router.get('/servers/:server', async (ctx) => {
    const cycle = currentCycle(state, now());
    const { server: wanted = '' } = ctx.params;
    const server = cycle?.find(wanted);
    if (cycle && server) {
      const answer = server.risk && explain && withDeadline(explain.explain(wanted), WHY_MILLISECONDS);
      const why = answer && renderWhy(await answer, wanted);
      await sendPage(ctx, 200, renderServerPage({ server, at: cycle.at, truth: cycle.truth, why }, state, now()));
      return;
    }
    if (!cycle) {
      await sendPage(ctx, 503, renderWithoutResult(wanted, state, now()));
      return;
    }
    const names = [...cycle.servers, ...cycle.subjects].map(({ frame }) => frame.server);
    const closest = closestNames(wanted, names).map(serverAddress);
    await sendPage(ctx, 404, renderNotFound(`no server is called ${wanted}`, closest));
  });
}

/** The JSON doors of the older push daemons, and the same forecasts as a flat list. */
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { cascadeHealth, cascadeStatus } from '../../exposition/json/cascade.js';
import { closestNames } from '../../exposition/json/closestNames.js';
import { driftReport, driftStatus } from '../../exposition/json/drift.js';
import { healthView, isHealthy, statusView } from '../../exposition/json/health.js';
import { serverAnswer } from '../../exposition/json/serverAnswer.js';
import { isScored } from '../../exposition/json/serverPrediction.js';
import { insufficientData, insufficientHistory } from '../../exposition/json/warmup.js';
import type { PublishedCycle } from '../../exposition/publishedCycle.js';
import { currentCycle, judgeReadiness } from '../../exposition/readiness.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { limitRate } from '../middleware/rateLimit.js';
import type { WebParts } from '../parts.js';
import { sendJson, sendReadyJson } from '../respond.js';

/** @param keyDigest SHA-256 of the key that the predictions want; undefined = loopback only */
export function addJsonRoutes(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { state, now, options } = parts;
  router.get('/health', (ctx) => sendJson(ctx, isHealthy(state, now()) ? 200 : 503, healthView(state, now())));
  router.get('/status', (ctx) => sendJson(ctx, 200, statusView(state, now())));

  const key = requireApiKey(keyDigest);
  const rate = limitRate(options.predictionsPerMinute, now);
  router.get('/predictions/current', key, rate, (ctx) => sendForecasts(ctx, parts, (cycle) => cycle.predictions()));
  router.get('/api/v1/metrics/predictions', key, rate, (ctx) =>
    sendForecasts(ctx, parts, (cycle) => cycle.flatPredictions()),
  );
  const views = {
    '/drift/status': ({ truth }: PublishedCycle) => driftStatus(truth),
    '/drift/report': ({ truth }: PublishedCycle) => driftReport(truth),
    '/cascade/status': ({ fleet, at }: PublishedCycle) => cascadeStatus(fleet, at),
    '/cascade/health': ({ fleet, at }: PublishedCycle) => cascadeHealth(fleet, at),
  };
  for (const [path, view] of Object.entries(views)) {
    router.get(path, key, rate, (ctx) => sendView(ctx, parts, view));
  }
  router.get('/predictions/:server', key, rate, async (ctx) => {
    const cycle = currentCycle(state, now());
    const { server: wanted = '' } = ctx.params;
    if (!cycle) {
      await sendJson(ctx, 200, insufficientData(withdrawalReason(parts)));
      return;
    }
    const server = cycle.find(wanted);
    if (server) {
      await sendJson(ctx, 200, serverAnswer(cycle.at, server, state.warmupBuckets()));
      return;
    }
    const names = cycle.servers.map(({ frame }) => frame.server);
    const detail = `unknown server ${JSON.stringify(wanted)}`;
    await sendJson(ctx, 404, { detail, closest: closestNames(wanted, names) });
  });
}

async function sendView(ctx: Context, parts: WebParts, view: (cycle: PublishedCycle) => unknown): Promise<void> {
  const cycle = currentCycle(parts.state, parts.now());
  if (!cycle) await sendJson(ctx, 200, { status: 'insufficient_data', message: withdrawalReason(parts) });
  else await sendJson(ctx, 200, view(cycle));
}

type ReadyPredictions = (cycle: PublishedCycle) => ReturnType<PublishedCycle['predictions']>;

async function sendForecasts(ctx: Context, parts: WebParts, predictions: ReadyPredictions): Promise<void> {
  const { state, now } = parts;
  const cycle = currentCycle(state, now());
  if (!cycle) await sendJson(ctx, 200, insufficientData(withdrawalReason(parts)));
  else if (!cycle.servers.some(isScored)) {
    await sendJson(ctx, 200, insufficientHistory(cycle.servers, state.warmupBuckets()));
  } else await sendReadyJson(ctx, await predictions(cycle));
}

/** Why there is no cycle whose result may be served. */
function withdrawalReason({ state, now }: WebParts): string {
  const readiness = judgeReadiness(state.cycles(), now());
  return readiness.kind === 'ready' ? 'The first cycle is being published' : readiness.reason;
}

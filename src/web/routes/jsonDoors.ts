/** The JSON doors of the older push daemons that tell what the newest cycle found, and its forecasts as a flat list. */
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { ServerView } from '../../exposition/cycleView.js';
import type { ExplainAnswer } from '../../exposition/explain.js';
import { alertsView, noAlertsView } from '../../exposition/json/alerts.js';
import { anomaliesView } from '../../exposition/json/anomalies.js';
import { cascadeHealth, cascadeStatus } from '../../exposition/json/cascade.js';
import { closestNames } from '../../exposition/json/closestNames.js';
import { driftReport, driftStatus } from '../../exposition/json/drift.js';
import { explanationView } from '../../exposition/json/explanation.js';
import { healthView, isHealthy, statusView } from '../../exposition/json/health.js';
import { isScored } from '../../exposition/json/scored.js';
import { serverAnswer } from '../../exposition/json/serverAnswer.js';
import { noServicesSummary, servicesSummary } from '../../exposition/json/services.js';
import { insufficientData, insufficientHistory } from '../../exposition/json/warmup.js';
import type { PublishedCycle } from '../../exposition/publishedCycle.js';
import { currentCycle, judgeReadiness } from '../../exposition/readiness.js';
import { requireApiKey } from '../middleware/apiKey.js';
import { limitRate } from '../middleware/rateLimit.js';
import type { WebParts } from '../parts.js';
import { sendJson, sendReadyJson } from '../respond.js';

/** When to ask again for what cannot be told now. */
const BUSY_SECONDS = 5;

/** What a cycle found of fleet and forecasts, or why there is no cycle to speak of. */
type Findings = Pick<PublishedCycle, 'at' | 'fleet' | 'truth'> &
  Partial<Pick<PublishedCycle, 'find'>> & { readonly withheld?: string };

/** The doors that show such findings. */
const FINDING_VIEWS: Readonly<Record<string, (findings: Findings) => unknown>> = {
  '/drift/status': driftStatus,
  '/drift/report': driftReport,
  '/cascade/status': cascadeStatus,
  '/cascade/health': cascadeHealth,
  '/anomalies': anomaliesView,
};

/** @param keyDigest SHA-256 of the key that the predictions want; undefined = loopback only */
export function addJsonRoutes(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { state, now, options } = parts;
  router.get('/health', (ctx) => sendJson(ctx, isHealthy(state, now()) ? 200 : 503, healthView(state, now())));
  router.get('/status', (ctx) => sendJson(ctx, 200, statusView(state, now())));

  const key = requireApiKey(keyDigest);
  const rate = limitRate(options.predictionsPerMinute, now);
  router.get('/predictions/current', key, rate, (ctx) =>
    sendForecasts(ctx, parts, (cycle) => cycle.predictions(now())),
  );
  router.get('/api/v1/metrics/predictions', key, rate, (ctx) =>
    sendForecasts(ctx, parts, (cycle) => cycle.flatPredictions()),
  );
  router.get('/api/v1/services/summary', key, rate, (ctx) => sendServices(ctx, parts));
  router.get('/predictions/:server', key, rate, (ctx) =>
    forServer(ctx, parts, (server, cycle) =>
      sendJson(ctx, 200, serverAnswer(cycle.asked(now()), server, state.warmupBuckets())),
    ),
  );

  const alertRate = limitRate(options.alertsPerMinute, now);
  for (const path of ['/alerts/active', '/alerts']) {
    router.get(path, key, alertRate, (ctx) => sendAlerts(ctx, parts));
  }
  const findingRate = limitRate(options.predictionsPerMinute, now);
  for (const [path, view] of Object.entries(FINDING_VIEWS)) {
    router.get(path, key, findingRate, (ctx) => sendJson(ctx, 200, view(findingsOf(parts))));
  }
  addExplainRoute(router, parts, keyDigest);
}

function addExplainRoute(router: Router, parts: WebParts, keyDigest: Buffer | undefined): void {
  const { explain, state, options, now } = parts;
  if (explain === undefined) return;
  const rate = limitRate(options.explainPerMinute, now);
  router.get('/explain/:server', requireApiKey(keyDigest), rate, (ctx) =>
    forServer(ctx, parts, async (server, cycle) => {
      if (!isScored(server)) return sendJson(ctx, 200, serverAnswer(cycle.asked(now()), server, state.warmupBuckets()));
      return sendExplanation(ctx, await explain.explain(server.frame.server));
    }),
  );
}

/** Answers about the server that the path names: 404 with the closest names if there is none. */
async function forServer(
  ctx: Context,
  parts: WebParts,
  answer: (server: ServerView, cycle: PublishedCycle) => Promise<void>,
): Promise<void> {
  const cycle = currentCycle(parts.state, parts.now());
  const wanted = String(ctx['params']['server']);
  if (!cycle) return sendJson(ctx, 200, insufficientData(withdrawalReason(parts)));
  const server = cycle.find(wanted);
  if (server) return answer(server, cycle);
  const names = [...cycle.servers, ...cycle.subjects].map(({ frame }) => frame.server);
  const detail = `unknown server ${JSON.stringify(wanted)}`;
  return sendJson(ctx, 404, { detail, closest: closestNames(wanted, names) });
}

async function sendExplanation(ctx: Context, answer: ExplainAnswer): Promise<void> {
  if (answer.kind === 'explained') return sendJson(ctx, 200, explanationView(answer.explanation));
  ctx.set('Retry-After', String(BUSY_SECONDS));
  return sendJson(ctx, 503, {
    detail: answer.kind === 'busy' ? answer.message : 'the newest cycle gives it no risk',
  });
}

async function sendAlerts(ctx: Context, parts: WebParts): Promise<void> {
  const cycle = currentCycle(parts.state, parts.now());
  if (cycle) await sendJson(ctx, 200, alertsView(cycle.at, cycle.servers));
  else await sendJson(ctx, 200, noAlertsView(parts.now(), withdrawalReason(parts)));
}

async function sendServices(ctx: Context, parts: WebParts): Promise<void> {
  const cycle = currentCycle(parts.state, parts.now());
  if (!cycle) return sendJson(ctx, 200, noServicesSummary(parts.now(), withdrawalReason(parts)));
  const views = [...cycle.servers, ...cycle.subjects];
  return sendJson(ctx, 200, servicesSummary({ at: cycle.at, views, queries: parts.state.queries() }));
}

function findingsOf(parts: WebParts): Findings {
  const cycle = currentCycle(parts.state, parts.now());
  if (cycle) return cycle;
  return { at: parts.now(), fleet: undefined, truth: undefined, withheld: withdrawalReason(parts) };
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

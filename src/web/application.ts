/** All doors of linborg as one koa application. */
import { Router } from '@koa/router';
import Koa from 'koa';
import { limitBody } from './middleware/bodyLimit.js';
import { answerFaults } from './middleware/faults.js';
import { setSecurityHeaders } from './middleware/securityHeaders.js';
import { dropSlowReaders } from './middleware/slowReaders.js';
import type { WebParts } from './parts.js';
import { addActionRoutes } from './routes/actions.js';
import { addAdminRoutes } from './routes/admin.js';
import { addDocumentRoute } from './routes/document.js';
import { addFeedRoutes } from './routes/feed.js';
import { addHistoricalRoutes } from './routes/historical.js';
import { addJsonRoutes } from './routes/jsonDoors.js';
import { addLifecycleRoutes } from './routes/lifecycle.js';
import { addPageRoutes } from './routes/pages.js';
import { addRemoteReadRoute } from './routes/remoteRead.js';
import { addScrapeRoute } from './routes/scrape.js';
import { answerUnmatched } from './routes/unmatched.js';

/** As long as the slowest scraper may take for a whole answer. */
const SLOW_READER_MILLISECONDS = 60_000;

/** @param keyDigest SHA-256 of the key of the JSON doors; undefined = loopback only */
export function createApplication(parts: WebParts, keyDigest: Buffer | undefined): Koa {
  const router = createRouter(parts, keyDigest);
  const application = new Koa();
  application.use(dropSlowReaders(SLOW_READER_MILLISECONDS));
  application.use(setSecurityHeaders);
  application.use(answerFaults(parts.log));
  application.use(limitBody(parts.options.maxBodyBytes));
  application.use(router.routes());
  application.use(answerUnmatched(router));
  // A client that goes away mid-answer is its own business.
  application.on('error', (error) => parts.log.debug({ err: error }, 'answer was not delivered'));
  return application;
}

/** Every door; src/web/openapi tells each of them. */
export function createRouter(parts: WebParts, keyDigest: Buffer | undefined): Router {
  const router = new Router();
  addScrapeRoute(router, parts);
  addLifecycleRoutes(router, parts);
  addJsonRoutes(router, parts, keyDigest);
  addFeedRoutes(router, parts, keyDigest);
  addHistoricalRoutes(router, parts, keyDigest);
  addRemoteReadRoute(router, parts, keyDigest);
  addAdminRoutes(router, parts, keyDigest);
  addActionRoutes(router, parts, keyDigest);
  addPageRoutes(router, parts);
  addDocumentRoute(router, parts);
  return router;
}

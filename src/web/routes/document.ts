/** GET /openapi.json: all doors, for clients that are made from it. It tells nothing of the fleet and wants no key. */
import type { Router } from '@koa/router';
import { openApiDocument } from '../openapi/document.js';
import type { WebParts } from '../parts.js';
import { sendJson } from '../respond.js';

export function addDocumentRoute(router: Router, { state }: WebParts): void {
  let document: ReturnType<typeof openApiDocument> | undefined;
  router.get('/openapi.json', async (ctx) => {
    document ??= openApiDocument(state.build.version);
    await sendJson(ctx, 200, document);
  });
}

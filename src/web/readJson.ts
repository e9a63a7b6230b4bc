/** The body of a request as JSON. */
import type { Context } from 'koa';
import { parseShallow } from './feedBody.js';
import { readBody } from './readBody.js';

/** @returns undefined for an empty body; throws SyntaxError for one that is no JSON */
export async function readJson(ctx: Context): Promise<unknown> {
  const bytes = await readBody(ctx);
  return bytes.toString().trim() === '' ? undefined : parseShallow(bytes);
}

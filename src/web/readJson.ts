/** The body of a request as JSON. */
import type { Context } from 'koa';
import { readBody } from './readBody.js';

/** @returns undefined for an empty body; throws SyntaxError for one that is no JSON */
export async function readJson(ctx: Context): Promise<unknown> {
  const text = (await readBody(ctx)).toString().trim();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

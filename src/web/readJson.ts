/** The body of a request as JSON. */
import type { Context } from 'koa';

/** @returns undefined for an empty body; throws SyntaxError for one that is no JSON */
export async function readJson(ctx: Context): Promise<unknown> {
  const parts: Buffer[] = [];
  // Its length is known and within the limit: nothing else has come as far as here.
  for await (const part of ctx.req) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString().trim();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** The body of a request, whole. */
import type { Context } from 'koa';

export async function readBody(ctx: Context): Promise<Buffer> {
  const parts: Buffer[] = [];
  // Its length is known and within the limit: nothing else has come as far as here.
  for await (const part of ctx.req) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

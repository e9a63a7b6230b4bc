/** Requests that do not fit their schema: a 422 that names every fault, in the words of the older daemons. */
import type { Context } from 'koa';
import type { z } from 'zod';
import type { validationFailure } from '../exposition/answers/common.js';
import { readJson } from './readJson.js';
import { sendJson } from './respond.js';

/** @param detail  of each fault, where it is */
export async function sendInvalid(ctx: Context, errors: readonly string[], detail = errors): Promise<void> {
  const body: Readonly<z.infer<typeof validationFailure>> = {
    status: 'error',
    message: 'Validation failed',
    errors: [...errors],
    detail: [...detail],
  };
  await sendJson(ctx, 422, body);
}

/** The query as its schema gives it; undefined after a 422. */
export async function readQuery<S extends z.ZodType>(ctx: Context, schema: S): Promise<z.output<S> | undefined> {
  return checked(ctx, schema, ctx.query, 'the query');
}

/** The body as its schema gives it, wrapped since it may be empty; undefined after a 422. */
export async function readValidBody<S extends z.ZodType>(
  ctx: Context,
  schema: S,
): Promise<{ readonly body: z.output<S> } | undefined> {
  let sent: unknown;
  try {
    sent = await readJson(ctx);
  } catch (error) {
    await sendInvalid(ctx, [`the body is no JSON (${(error as Error).message})`]);
    return undefined;
  }
  const result = schema.safeParse(sent);
  if (result.success) return { body: result.data };
  await sendInvalid(ctx, faultsOf(result.error, 'the body'));
  return undefined;
}

async function checked<S extends z.ZodType>(
  ctx: Context,
  schema: S,
  sent: unknown,
  whole: string,
): Promise<z.output<S> | undefined> {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  await sendInvalid(ctx, faultsOf(result.error, whole));
  return undefined;
}

/** @param whole what a fault without a path is about */
function faultsOf(error: z.ZodError, whole: string): string[] {
  return error.issues.map(({ path, message }) => `${path.length === 0 ? whole : path.join('.')}: ${message}`);
}

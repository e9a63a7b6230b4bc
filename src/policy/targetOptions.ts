/** Where an action goes: `policy.targets[]`. */
import { z } from 'zod';
import { durationSeconds } from '../core/options.js';
import { targetUrl } from './targetUrl.js';

/** A secret, or the file that holds it. A function shows nothing of it in logs and dumps. */
export type Credential =
  | { readonly kind: 'written'; readonly reveal: () => string }
  | { readonly kind: 'file'; readonly path: string };

export interface PolicyTarget {
  readonly name: string;
  /** `webhook`: an executor that takes linborg's own body; `alertmanager`: the base address of an Alertmanager (API v2). */
  readonly kind: 'webhook' | 'alertmanager';
  readonly url: string;
  /** Key of the signature; an Alertmanager needs none. */
  readonly secret: Credential | undefined;
  readonly authorization: { readonly type: string; readonly credentials: Credential } | undefined;
  /** For one try. */
  readonly timeoutSeconds: number;
  readonly tries: number;
}

/** Half of what SHA-256 can use; shorter ones are guessed. */
const SHORTEST_SECRET = 16;
const LONGEST_TIMEOUT_SECONDS = 60;

const authorizationSchema = z
  .strictObject({
    type: z.string().min(1).default('Bearer'),
    credentials: z.string().min(1).optional(),
    credentials_file: z.string().min(1).optional(),
  })
  .refine((block) => (block.credentials === undefined) !== (block.credentials_file === undefined), {
    error: 'expected exactly one of credentials and credentials_file',
  })
  .transform((block) => ({
    type: block.type,
    credentials: credentialOf(block.credentials, block.credentials_file)!,
  }));

export const targetSchema = z
  .strictObject({
    name: z.string().min(1),
    kind: z.enum(['webhook', 'alertmanager']).default('webhook'),
    url: targetUrl,
    secret: z
      .string()
      .min(SHORTEST_SECRET, {
        error: `has a secret that is too short; expected at least ${SHORTEST_SECRET} characters`,
      })
      .optional(),
    secret_file: z.string().min(1).optional(),
    authorization: authorizationSchema.optional(),
    timeout: durationSeconds
      .refine((seconds) => seconds <= LONGEST_TIMEOUT_SECONDS, { error: 'is longer than 1m' })
      .prefault('10s'),
    tries: z.int().min(1).max(10).default(5),
  })
  .superRefine(({ kind, secret, secret_file }, context) => {
    const count = Number(secret !== undefined) + Number(secret_file !== undefined);
    if (count > 1)
      context.addIssue({ code: 'custom', message: 'has both secret and secret_file; expected at most one' });
    if (kind === 'webhook' && count === 0)
      context.addIssue({
        code: 'custom',
        message: 'has no secret; expected secret or secret_file, since webhooks are signed',
      });
  })
  .transform(
    (block): PolicyTarget => ({
      name: block.name,
      kind: block.kind,
      url: block.url,
      secret: credentialOf(block.secret, block.secret_file),
      authorization: block.authorization,
      timeoutSeconds: block.timeout,
      tries: block.tries,
    }),
  );

function credentialOf(written: string | undefined, path: string | undefined): Credential | undefined {
  if (written !== undefined) return { kind: 'written', reveal: () => written };
  return path === undefined ? undefined : { kind: 'file', path };
}

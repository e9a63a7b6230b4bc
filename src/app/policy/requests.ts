/** What a target is sent: addresses, headers and bodies. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Action } from '../../core/action.js';
import { isoMilliseconds } from '../../core/isoMilliseconds.js';
import type { Credential, PolicyTarget } from '../../policy/targetOptions.js';
import { findingView } from './findingView.js';

/** Version of the webhook's body and signature. */
const WEBHOOK_VERSION = 1;

export interface TargetRequest {
  readonly url: string;
  readonly body: string;
}

/**
 * The request for an action; the same for every try.
 * @param validUntil  epoch seconds after which it should not be taken any more
 */
export function requestFor(target: PolicyTarget, action: Action, validUntil: number): TargetRequest {
  switch (target.kind) {
    case 'webhook':
      return { url: target.url, body: JSON.stringify(webhookBody(action, validUntil)) };
    case 'alertmanager':
      return {
        url: `${target.url.replace(/\/$/, '')}/api/v2/alerts`,
        body: JSON.stringify([alert(action, validUntil)]),
      };
  }
}

/**
 * Headers of one try. Files are read each time, since secrets are rotated under a running process.
 * @param at  epoch seconds of the try
 */
export async function headersFor(
  target: PolicyTarget,
  action: Action,
  { body }: TargetRequest,
  at: number,
): Promise<Record<string, string>> {
  const { secret, authorization } = target;
  const timestamp = String(Math.floor(at));
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'User-Agent': 'linborg',
    'Idempotency-Key': action.id,
  };
  if (secret) {
    headers['X-Linborg-Timestamp'] = timestamp;
    headers['X-Linborg-Signature'] = `v${WEBHOOK_VERSION}=${sign(await reveal(secret), timestamp, body)}`;
  }
  if (authorization) headers['Authorization'] = `${authorization.type} ${await reveal(authorization.credentials)}`;
  return headers;
}

/** HMAC-SHA256 over time and body: neither can be changed, and an old request cannot be sent again as a new one. */
function sign(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

async function reveal(credential: Credential): Promise<string> {
  if (credential.kind === 'written') return credential.reveal();
  try {
    return (await readFile(credential.path, 'utf8')).trim();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Error(`${credential.path} cannot be read (${reason}); expected a file readable by this user`, { cause });
  }
}

function webhookBody(action: Action, validUntil: number) {
  const { id, rule, name, kind, server, profile, parameters, finding, at } = action;
  return {
    version: WEBHOOK_VERSION,
    id,
    rule,
    action: kind,
    name,
    server,
    profile,
    parameters,
    finding: findingView(finding),
    at: isoMilliseconds(at),
    valid_until: isoMilliseconds(validUntil),
  };
}

function alert(action: Action, validUntil: number) {
  const { id, rule, name, server, profile, parameters, finding, at } = action;
  return {
    labels: { ...parameters, alertname: 'LinborgAction', rule, action: name, server, profile, finding: finding.kind },
    annotations: {
      summary: `${name} of ${server} is wanted by rule ${rule}`,
      description: finding.reason,
      action_id: id,
    },
    startsAt: isoMilliseconds(at),
    endsAt: isoMilliseconds(validUntil),
  };
}

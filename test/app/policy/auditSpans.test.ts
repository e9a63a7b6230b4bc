import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decisionEvent, deliveryEvent } from '../../../src/app/policy/auditEvents.js';
import { AuditLog } from '../../../src/app/policy/auditLog.js';
import { auditedSpans } from '../../../src/app/policy/auditSpans.js';
import type { Action, Verdict } from '../../../src/core/action.js';
import { actedUponSpans } from '../../../src/policy/deliveries.js';
import { EMPTY_POLICY_STATE } from '../../../src/policy/state.js';
import { AT, findingOf } from '../../policy/support.js';
import { temporaryFolder } from '../fixtures/folder.js';

const action = (server: string, more: Partial<Action> = {}): Action => ({
  id: `id-${server}`,
  rule: 'restart-leaking',
  kind: 'restart',
  name: 'restart',
  server,
  profile: 'web_api',
  parameters: {},
  finding: findingOf({ server }),
  at: AT,
  ...more,
});

const denied: Verdict = { kind: 'denied', reason: 'dry_run', words: 'a dry run' };
const decide = (one: Action, verdict: Verdict = { kind: 'allowed' }, at = AT) =>
  decisionEvent({ at, action: one, verdict });

/** A data folder whose log has these entries, in files of a few entries each. */
async function logged(...events: object[]): Promise<string> {
  const folder = temporaryFolder();
  const log = new AuditLog(folder, () => AT, 600);
  for (const event of events) await log.append([event]);
  await log.close();
  return folder;
}

describe('the spans of an audit log', () => {
  test('are the eight hours after each action that was allowed, as the policy itself reckons them', async () => {
    const folder = await logged(
      decide(action('a')),
      deliveryEvent(AT + 1, 'id-a', { outcome: 'unknown', message: 'no answer', tries: 3 }),
      decide(action('b'), denied),
      decide(action('c', { kind: 'custom', name: 'fence' }), { kind: 'allowed' }, AT + 3600),
    );
    const record = { id: 'x', kind: 'restart', profile: 'web_api', isDry: false, delivery: 'unknown' } as const;
    const state = {
      ...EMPTY_POLICY_STATE,
      records: [
        { ...record, rule: 'restart-leaking', name: 'restart', server: 'a', at: AT },
        { ...record, rule: 'restart-leaking', name: 'fence', server: 'c', at: AT + 3600 },
      ],
    };
    const spans = await auditedSpans(folder);
    expect(spans).toEqual(actedUponSpans(state));
    expect(spans[0]).toMatchObject({ from: AT, to: AT + 8 * 3600, reason: expect.stringContaining('unverified') });
  });

  test('leave out actions that touch no server', async () => {
    expect(await auditedSpans(await logged(decide(action('a', { kind: 'notify', name: 'notify' }))))).toEqual([]);
  });

  test('pass over a line that a crash cut short', async () => {
    const folder = await logged(decide(action('a')));
    appendFileSync(path.join(folder, 'audit.jsonl'), '{"seq":2,"prev":"');
    expect(await auditedSpans(folder)).toHaveLength(1);
  });

  test('are none where there is no log', async () => {
    expect(await auditedSpans(temporaryFolder())).toEqual([]);
  });
});

import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Sender } from '../../../src/app/policy/sender.js';
import type { Action } from '../../../src/core/action.js';
import { decide } from '../../../src/policy/decide.js';
import { EMPTY_POLICY_STATE } from '../../../src/policy/state.js';
import type { PolicyTarget } from '../../../src/policy/targetOptions.js';
import { AT, findingOf, policyOf, ruleOf, surroundingsOf } from '../../policy/support.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { startReceiver } from './receiver.js';

const SECRET = 'sixteen-characters-or-more';

const action = (server = 'ppweb001'): Action => {
  const options = policyOf({ rules: [ruleOf({ parameters: { severity: 'page' } })] });
  return decide(options, EMPTY_POLICY_STATE, [findingOf({ server })], surroundingsOf()).decisions[0]!.action;
};

function targetAt(url: string, more: Readonly<Record<string, unknown>> = {}): PolicyTarget {
  const target = { name: 'executor', url: `${url}/actions`, secret: SECRET, timeout: '30s', tries: 3, ...more };
  return policyOf({ allow: [url], targets: [target] }).targets[0]!;
}

const senderHere = () => new Sender({ random: () => 0.5, clock: () => AT, firstPauseSeconds: 0.01 });

describe('a webhook', () => {
  test('is signed over time and body, and says what to do, why, and until when', async () => {
    const { url, received } = await startReceiver(200);
    const wanted = action();
    const delivery = await senderHere().send(wanted, targetAt(url), AT + 1800);
    expect(delivery).toEqual({ outcome: 'delivered', message: 'executor answered 200', tries: 1 });
    const { path: at, headers, body } = received[0]!;
    expect(at).toBe('/actions');
    expect(headers['idempotency-key']).toBe(wanted.id);
    expect(headers['x-linborg-timestamp']).toBe(String(AT));
    const signature = createHmac('sha256', SECRET).update(`${AT}.${body}`).digest('hex');
    expect(headers['x-linborg-signature']).toBe(`v1=${signature}`);
    expect(body).not.toContain(SECRET);
    expect(JSON.parse(body)).toEqual({
      version: 1,
      id: wanted.id,
      rule: 'restart-leaking',
      action: 'restart',
      name: 'restart',
      server: 'ppweb001',
      profile: 'web_api',
      parameters: { severity: 'page' },
      finding: {
        kind: 'threshold_predicted',
        metric: 'mem_used_pct',
        probability: 0.9,
        horizon_seconds: 3600,
        score: 80,
        reason: 'mem_used_pct 91.2 reaches 95 in 50 min',
        at: '2026-06-01T12:00:00.000Z',
      },
      at: '2026-06-01T12:00:00.000Z',
      valid_until: '2026-06-01T12:30:00.000Z',
    });
  });

  test('that is answered 500 is sent again, with the same key and body', async () => {
    const { url, received } = await startReceiver(500, 503, 200);
    expect(await senderHere().send(action(), targetAt(url), AT + 1800)).toMatchObject({
      outcome: 'delivered',
      tries: 3,
    });
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  });

  test('whose answer was lost is carried out once by a receiver that heeds the key', async () => {
    const { url, received, carriedOut } = await startReceiver('lost', 200);
    const sender = senderHere();
    expect(await sender.send(action(), targetAt(url), AT + 1800)).toMatchObject({ outcome: 'delivered', tries: 2 });
    expect(received).toHaveLength(2);
    expect(carriedOut.size).toBe(1);
    await sender.send(action('ppweb002'), targetAt(url), AT + 1800);
    expect(carriedOut.size).toBe(2);
  });

  test('that is refused or redirected is not sent again, nor anywhere else', async () => {
    for (const [status, words] of [
      [403, 'executor answered 403'],
      [302, 'executor answered 302; redirects are not followed'],
    ] as const) {
      const { url, received } = await startReceiver(status);
      const delivery = await senderHere().send(action(), targetAt(url), AT + 1800);
      expect(delivery).toEqual({ outcome: 'failed', message: words, tries: 1 });
      expect(received).toHaveLength(1);
    }
  });

  test('that nobody answers in time may have arrived', async () => {
    const { url } = await startReceiver('silence');
    const target = targetAt(url, { timeout: '50ms', tries: 2 });
    expect(await senderHere().send(action(), target, AT + 1800)).toEqual({
      outcome: 'unknown',
      message: 'executor did not answer within 0.05 s',
      tries: 2,
    });
  });

  test.each([502, 504])('that a gateway had no answer to (%i) may have arrived', async (status) => {
    const { url, received } = await startReceiver(status);
    expect(await senderHere().send(action(), targetAt(url, { tries: 2 }), AT + 1800)).toEqual({
      outcome: 'unknown',
      message: `executor answered ${status}`,
      tries: 2,
    });
    expect(received).toHaveLength(2);
  });

  test('whose secret cannot stand in a header is not sent, and nothing says the secret', async () => {
    const file = path.join(temporaryFolder(), 'token');
    writeFileSync(file, 'first half\nsecond half\n');
    const { url, received } = await startReceiver(200);
    const target = targetAt(url, { tries: 1, authorization: { credentials_file: file } });
    expect(await senderHere().send(action(), target, AT + 1800)).toEqual({
      outcome: 'failed',
      message: 'the header Authorization cannot be sent; expected its secret to be one line of plain characters',
      tries: 1,
    });
    expect(received).toHaveLength(0);
  });

  test('that reaches nobody has failed, and so has one that is not valid any more', async () => {
    const gone = targetAt(`http://127.0.0.1:${await freePort()}`);
    expect(await senderHere().send(action(), gone, AT + 1800)).toEqual({
      outcome: 'failed',
      message: 'executor cannot be reached (ECONNREFUSED)',
      tries: 3,
    });
    const { url, received } = await startReceiver(500);
    expect(await senderHere().send(action(), targetAt(url), AT)).toMatchObject({
      outcome: 'failed',
      message: 'executor answered 500; it is not valid any more',
      tries: 1,
    });
    expect(received).toHaveLength(1);
  });

  test('takes its secret from a file, read anew for each try', async () => {
    const file = path.join(temporaryFolder(), 'secret');
    const { url, received } = await startReceiver(200);
    const target = targetAt(url, { secret: undefined, secret_file: file });
    expect((await senderHere().send(action(), target, AT + 1800)).message).toContain(`${file} cannot be read (ENOENT)`);
    for (const secret of ['first-secret-of-many', 'other-secret-of-many']) {
      writeFileSync(file, `${secret}\n`);
      await senderHere().send(action(), target, AT + 1800);
      const { headers, body } = received.at(-1)!;
      const signature = createHmac('sha256', secret).update(`${AT}.${body}`).digest('hex');
      expect(headers['x-linborg-signature']).toBe(`v1=${signature}`);
    }
  });
});

describe('an Alertmanager', () => {
  test('gets an alert with the parameters of the rule among its labels', async () => {
    const { url, received } = await startReceiver(200);
    const target = targetAt(url, {
      kind: 'alertmanager',
      url,
      secret: undefined,
      authorization: { credentials: 'abc' },
    });
    await senderHere().send(action(), target, AT + 1800);
    expect(received[0]).toMatchObject({ path: '/api/v2/alerts', headers: { authorization: 'Bearer abc' } });
    expect(JSON.parse(received[0]!.body)).toEqual([
      {
        labels: {
          alertname: 'LinborgAction',
          rule: 'restart-leaking',
          action: 'restart',
          server: 'ppweb001',
          profile: 'web_api',
          finding: 'threshold_predicted',
          severity: 'page',
        },
        annotations: {
          summary: 'restart of ppweb001 is wanted by rule restart-leaking',
          description: 'mem_used_pct 91.2 reaches 95 in 50 min',
          action_id: action().id,
        },
        startsAt: '2026-06-01T12:00:00.000Z',
        endsAt: '2026-06-01T12:30:00.000Z',
      },
    ]);
  });
});

describe('the sender', () => {
  test('has a few requests under way at a time, and room for a hundred actions', async () => {
    const { url, received } = await startReceiver('silence');
    const sender = senderHere();
    const target = targetAt(url);
    const all = Array.from({ length: 20 }, (_, i) => sender.send(action(`s${i}`), target, AT + 1800));
    expect(sender.freeSlots).toBe(80);
    while (received.length < 8) await new Promise((resolve) => setImmediate(resolve));
    sender.close();
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
    expect(received).toHaveLength(8);
    expect(outcomes.filter((outcome) => outcome === 'unknown')).toHaveLength(8);
    expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(12);
    expect(sender.freeSlots).toBe(100);
  });
});

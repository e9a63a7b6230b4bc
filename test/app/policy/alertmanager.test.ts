import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Sender } from '../../../src/app/policy/sender.js';
import { decide } from '../../../src/policy/decide.js';
import { EMPTY_POLICY_STATE } from '../../../src/policy/state.js';
import { findingOf, policyOf, ruleOf, surroundingsOf } from '../../policy/support.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { type RealAlertmanager, startAlertmanager } from '../fixtures/realAlertmanager.js';

let alertmanager: RealAlertmanager | undefined;

afterEach(() => alertmanager?.stop());

test('a real Alertmanager takes an action as an alert, once for however many tries', async () => {
  const config = path.join(temporaryFolder(), 'alertmanager.yml');
  writeFileSync(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  alertmanager = await startAlertmanager(config);
  const { url } = alertmanager;

  const now = Date.now() / 1000;
  const options = policyOf({
    allow: [url],
    targets: [{ name: 'alertmanager', kind: 'alertmanager', url }],
    rules: [ruleOf({ action: 'notify', target: 'alertmanager', parameters: { severity: 'warning' } })],
  });
  const finding = findingOf({ at: now, reason: 'größer als "95 %"' });
  const { action } = decide(options, EMPTY_POLICY_STATE, [finding], surroundingsOf({ now })).decisions[0]!;
  const sender = new Sender({ random: () => 0.5, clock: () => now });
  for (const _ of ['first try', 'again']) {
    const delivery = await sender.send(action, options.targets[0]!, now + 1800);
    expect(delivery).toMatchObject({ outcome: 'delivered', message: 'alertmanager answered 200' });
  }
  await vi.waitFor(async () => {
    expect(await (await fetch(`${url}/api/v2/alerts`)).json()).toMatchObject([
      {
        labels: { alertname: 'LinborgAction', action: 'notify', server: 'ppweb001', severity: 'warning' },
        annotations: { description: 'größer als "95 %"', action_id: action.id },
      },
    ]);
  }, 30_000);
});

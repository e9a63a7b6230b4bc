import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Sender } from '../../../src/app/policy/sender.js';
import { decide } from '../../../src/policy/decide.js';
import { EMPTY_POLICY_STATE } from '../../../src/policy/state.js';
import { findingOf, policyOf, ruleOf, surroundingsOf } from '../../policy/support.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { temporaryFolder } from '../fixtures/folder.js';

let child: ChildProcess | undefined;

afterEach(async () => {
  if (child?.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});

/** Debian puts the distribution's name before it. */
function alertmanagerProgram(): string {
  const names = ['alertmanager', 'prometheus-alertmanager'];
  return names.find((name) => spawnSync(name, ['--version']).status === 0) ?? names[0]!;
}

test('a real Alertmanager takes an action as an alert, once for however many tries', async () => {
  const folder = temporaryFolder();
  const config = path.join(folder, 'alertmanager.yml');
  writeFileSync(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = [
    `--config.file=${config}`,
    `--storage.path=${folder}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  child = spawn(alertmanagerProgram(), flags, { stdio: 'ignore' });
  await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), 30_000);

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
  }, 10_000);
});

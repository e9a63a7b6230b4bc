import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { startService } from '../fixtures/serviceHere.js';
import { startReceiver } from './receiver.js';

const LONG = { timeout: 120_000, interval: 100 };

let fleet: FleetPrometheus;
beforeAll(async () => {
  fleet = await startFleetPrometheus({ servers: 2, days: 1, until: Math.floor(Date.now() / 1000) });
});
afterAll(() => fleet?.prometheus.stop());

describe('serve with a policy', () => {
  test('hands over what its rules want, once, asks where it shall, and leaves a log that verifies', async () => {
    const { url, received } = await startReceiver(200);
    const folder = temporaryFolder();
    const rule = { findings: ['threshold_breached'], metrics: ['mem_used_pct'], target: 'executor' };
    const configFile = writeConfiguration({
      url: fleet.prometheus.url,
      keys: {
        cycle: '1s',
        data_dir: folder,
        // Every server has more in use.
        thresholds: { mem_used_pct: 1 },
        policy: {
          dry_run: false,
          allow: [url],
          targets: [{ name: 'executor', url, secret: 'sixteen-characters-or-more' }],
          rules: [
            { ...rule, name: 'tell', action: 'notify', approval: false },
            { ...rule, name: 'restart', action: 'restart' },
          ],
        },
      },
    });
    const { service, url: here } = await startService(configFile);
    await vi.waitFor(() => expect(received).toHaveLength(2), LONG);
    const told = received.map(({ body }) => (JSON.parse(body) as { server: string }).server);
    expect(told.sort()).toEqual(fleet.names);
    const actions = (await (await fetch(`${here}/actions`)).json()) as { readonly pending: { readonly id: string }[] };
    expect(actions.pending).toHaveLength(2);
    const approve = `${here}/admin/actions/${actions.pending[0]!.id}/approve`;
    expect((await fetch(approve, { method: 'POST' })).status).toBe(200);
    const outcomes = async () => (await (await fetch(`${here}/metrics`)).text()).match(/^linborg_actions_total.*$/gm);
    await vi.waitFor(
      async () =>
        expect(await outcomes()).toEqual(
          expect.arrayContaining([
            'linborg_actions_total{rule="tell",action="notify",outcome="delivered"} 2',
            'linborg_actions_total{rule="restart",action="restart",outcome="approval_wanted"} 2',
            'linborg_actions_total{rule="restart",action="restart",outcome="delivered"} 1',
          ]),
        ),
      LONG,
    );
    await service.stop();
    expect(received).toHaveLength(3);
    const verified = await runHere('audit', 'verify', '--config.file', configFile);
    expect(verified.stdout).toMatch(/: OK \(entries 1 to \d+, last hash [0-9a-f]{64}\)\n$/);
    expect(verified.code).toBe(0);
  });
});

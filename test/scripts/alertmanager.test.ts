import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RealAlertmanager, startAlertmanager } from '../app/fixtures/realAlertmanager.js';

const run = promisify(execFile);
const SAMPLE = 'prometheus/alertmanager.yml';

type Labels = Readonly<Record<string, string>>;

describe('the sample for Alertmanager', () => {
  test('is taken by amtool, with each kind of receiver', async () => {
    const { stdout } = await run('amtool', ['check-config', SAMPLE]);
    expect(stdout).toContain('SUCCESS');
    expect(stdout).toContain('5 receivers');
  });

  test.each<[string, Labels, string]>([
    ['a ticket about a server', { alertname: 'LinborgServerAtRisk', severity: 'warning' }, 'automation,slack'],
    [
      'a page about a server',
      { alertname: 'LinborgDiskFullPredicted', severity: 'critical' },
      'automation,pagerduty,slack',
    ],
    ['a cascade', { alertname: 'LinborgCascadePredicted', severity: 'critical' }, 'automation,pagerduty,slack'],
    ['a member of a cascade', { alertname: 'LinborgCascadeMember', severity: 'info' }, 'nobody'],
    ['drift of the model', { alertname: 'LinborgModelDrift', severity: 'warning' }, 'email'],
    [
      'a metric not to be trusted',
      { alertname: 'LinborgForecastUntrustworthy', severity: 'critical' },
      'pagerduty,slack',
    ],
    ['a service that is down', { alertname: 'ServiceDown', severity: 'critical' }, 'pagerduty,slack'],
    ['a slow service', { alertname: 'HighRequestLatency', severity: 'warning' }, 'slack'],
  ])('tells %s to whom it should', async (_, labels, receivers) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const args = ['config', 'routes', 'test', `--config.file=${SAMPLE}`, `--verify.receivers=${receivers}`, ...pairs];
    const { stdout } = await run('amtool', args);
    expect(stdout.trim()).toBe(receivers);
  });
});

describe('a real Alertmanager with the sample', () => {
  let alertmanager: RealAlertmanager;

  beforeAll(async () => {
    alertmanager = await startAlertmanager(SAMPLE);
  });

  afterAll(() => alertmanager?.stop());

  /** Sends the alerts, and returns the names of those that somebody is told. */
  async function told(alerts: readonly Labels[]): Promise<string[]> {
    const server = alerts[0]!['server']!;
    const body = JSON.stringify(alerts.map((labels) => ({ labels })));
    const headers = { 'content-type': 'application/json' };
    const sent = await fetch(`${alertmanager.url}/api/v2/alerts`, { method: 'POST', headers, body });
    expect(sent.status).toBe(200);
    // The inhibitor hears of new alerts a moment later than the API shows them.
    let names: string[] = [];
    await expect
      .poll(async () => {
        const answer = await fetch(
          `${alertmanager.url}/api/v2/alerts?filter=${encodeURIComponent(`server=~"${server}.*"`)}`,
        );
        const shown = (await answer.json()) as { labels: Labels; status: { state: string } }[];
        names = shown.filter(({ status }) => status.state === 'active').map(({ labels }) => nameOf(labels));
        return shown.length === alerts.length && shown.some(({ status }) => status.state === 'suppressed');
      })
      .toBe(true);
    return names.sort();
  }

  const warning = { severity: 'warning' };

  test('is told of a cascade without the predictions of its members, and with those of others', async () => {
    const names = await told([
      { alertname: 'LinborgCascadeMember', server: 'one', severity: 'info' },
      { alertname: 'LinborgServerAtRisk', server: 'one', ...warning },
      { alertname: 'LinborgSaturationPredicted', server: 'one', severity: 'critical', metric: 'cpu_idle_pct' },
      { alertname: 'LinborgServerAtRisk', server: 'one-other', ...warning },
    ]);
    expect(names).toEqual(['LinborgCascadeMember one', 'LinborgServerAtRisk one-other']);
  });

  test('is told of a breached threshold without its prediction, and with that of another metric', async () => {
    const names = await told([
      { alertname: 'LinborgThresholdBreached', server: 'two', ...warning, metric: 'mem_used_pct' },
      { alertname: 'LinborgMemoryExhaustionPredicted', server: 'two', ...warning, metric: 'mem_used_pct' },
      { alertname: 'LinborgDiskFullPredicted', server: 'two', ...warning, metric: 'disk_usage_pct' },
    ]);
    expect(names).toEqual(['LinborgDiskFullPredicted two', 'LinborgThresholdBreached two']);
  });

  test.each([
    ['NodeMemoryHighUtilization', 'LinborgMemoryExhaustionPredicted'],
    ['NodeFilesystemAlmostOutOfSpace', 'LinborgDiskFullPredicted'],
    ['NodeCPUHighUsage', 'LinborgSaturationPredicted'],
    ['NodeDown', 'LinborgServerAtRisk'],
  ])('is told %s without %s on the same server', async (real, prediction) => {
    const server = real.toLowerCase();
    const names = await told([
      { alertname: real, server, ...warning },
      { alertname: prediction, server, ...warning },
      { alertname: prediction, server: `${server}-other`, ...warning },
    ]);
    expect(names).toEqual([`${prediction} ${server}-other`, `${real} ${server}`].sort());
  });

  test('is told the page without its ticket, and a ticket never silences a page', async () => {
    const names = await told([
      { alertname: 'LinborgServerAtRisk', server: 'three', severity: 'critical' },
      { alertname: 'LinborgServerAtRisk', server: 'three', ...warning },
      { alertname: 'LinborgMemoryExhaustionPredicted', server: 'three', ...warning, metric: 'mem_used_pct' },
    ]);
    expect(names).toEqual(['LinborgMemoryExhaustionPredicted three', 'LinborgServerAtRisk three']);
  });
});

function nameOf(labels: Labels): string {
  return `${labels['alertname']} ${labels['server']}`;
}

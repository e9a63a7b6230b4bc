import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listAuditFiles } from '../../../src/app/policy/auditFiles.js';
import { PolicyRunner } from '../../../src/app/policy/policyRunner.js';
import { verifyAudit } from '../../../src/app/policy/verifyAudit.js';
import type { Frame, Risk } from '../../../src/core/flow.js';
import type { ServerView } from '../../../src/exposition/cycleView.js';
import { policyOf, ruleOf } from '../../policy/support.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { startReceiver } from './receiver.js';

const running: PolicyRunner[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.close()));
});

interface Opened {
  readonly runner: PolicyRunner;
  readonly folder: string;
  /** `rule action outcome` of each decision, as it is counted. */
  readonly counted: string[];
  readonly log: string[];
}

async function openRunner(
  url: string,
  more: Record<string, unknown> = {},
  folder = temporaryFolder(),
): Promise<Opened> {
  const counted: string[] = [];
  const log: string[] = [];
  const rule = ruleOf({ findings: ['threshold_breached'], blast_radius: { servers: 1 }, ...more });
  const runner = await PolicyRunner.open({
    options: policyOf({
      dry_run: more['dry'] ?? false,
      allow: [url],
      targets: [{ name: 'executor', url, secret: 'sixteen-characters-or-more', tries: 1 }],
      rules: [Object.fromEntries(Object.entries(rule).filter(([key]) => key !== 'dry'))],
    }),
    dataFolder: folder,
    log: pino({ level: 'info' }, { write: (line: string) => log.push((JSON.parse(line) as { msg: string }).msg) }),
    clock: () => Date.now() / 1000,
    random: () => 0.5,
    onDecided: (...parts) => counted.push(parts.join(' ')),
  });
  running.push(runner);
  return { runner, folder, counted, log };
}

/** Servers whose memory is over its limit now. */
function breaching(...servers: readonly string[]): { readonly at: number; readonly servers: readonly ServerView[] } {
  const at = Date.now() / 1000;
  return {
    at,
    servers: servers.map((server, i) => {
      const outlook = {
        metric: 'mem_used_pct',
        threshold: 95,
        direction: 'above',
        sustainedSeconds: 900,
        breached: true,
      };
      const risk = {
        ...{ server, profile: 'generic', at, score: 90 - i, color: 'red', alertLevel: 'critical' },
        contributions: [{ metric: 'mem_used_pct', points: 90, reason: 'mem_used_pct 97 is over 95' }],
        incidentProbability: { '30m': 0, '1h': 0, '4h': 0, '8h': 0 },
        thresholds: [outlook],
        timeToThreshold: [],
      } as Risk;
      return {
        frame: { server, profile: 'generic', state: 'ok', metrics: ['mem_used_pct'] as readonly string[] } as Frame,
        forecasts: [],
        risk,
      };
    }),
  };
}

const eventsIn = (folder: string) =>
  readFileSync(path.join(folder, 'audit.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the policy at work', () => {
  test('writes down, hands over, counts and remembers what a cycle makes it do', async () => {
    const { url, received } = await startReceiver(200);
    const { runner, folder, counted } = await openRunner(url);
    runner.observe(breaching('a', 'b'));
    await vi.waitFor(() => expect(counted).toHaveLength(2), 30_000);
    expect(counted.sort()).toEqual(['restart-leaking restart blast_radius', 'restart-leaking restart delivered']);
    expect(received).toHaveLength(1);
    await runner.close();
    expect(
      eventsIn(folder).map(({ event, server, decision, outcome }) => [event, server, decision ?? outcome]),
    ).toEqual([
      ['decision', 'a', 'allowed'],
      ['decision', 'b', 'denied'],
      ['delivery', undefined, 'delivered'],
    ]);
    expect(await verifyAudit(await listAuditFiles(folder))).toMatchObject({ kind: 'holds', head: { seq: 3 } });
    expect(runner.actedUponSpans()).toMatchObject([{ server: 'a' }]);
    expect(runner.recent()).toMatchObject([
      { decision: { action: { server: 'b' }, verdict: { reason: 'blast_radius' } } },
      { decision: { action: { server: 'a' } }, delivery: { outcome: 'delivered' } },
    ]);

    const after = await openRunner(url, {}, folder);
    after.runner.observe(breaching('a'));
    await vi.waitFor(() => expect(after.counted).toEqual(['restart-leaking restart in_progress']), 30_000);
    expect(received).toHaveLength(1);
    expect(after.runner.actedUponSpans()).toMatchObject([{ server: 'a' }]);
  });

  test('sends nothing in a dry run', async () => {
    const { url, received } = await startReceiver(200);
    const { runner, folder, counted } = await openRunner(url, { dry: true });
    runner.observe(breaching('a'));
    await vi.waitFor(() => expect(counted).toEqual(['restart-leaking restart dry_run']), 30_000);
    await runner.close();
    expect(received).toEqual([]);
    expect(runner.actedUponSpans()).toEqual([]);
    expect(eventsIn(folder)).toHaveLength(1);
  });

  test('waits for a person, and writes down who said what', async () => {
    const { url, received } = await startReceiver(200);
    const { runner, folder, counted } = await openRunner(url, { approval: true, blast_radius: { servers: 2 } });
    runner.observe(breaching('a', 'b'));
    await vi.waitFor(() => expect(runner.pending()).toHaveLength(2), 30_000);
    const [a, b] = runner.pending().map(({ id }) => id);
    expect(await runner.approve('nothing', 'ada')).toEqual({
      kind: 'unknown',
      message: 'no action "nothing" waits',
      known: [a, b],
    });
    expect(await runner.approve(a!, 'ada')).toMatchObject({ kind: 'done' });
    expect(await runner.decline(b!, 'ben')).toMatchObject({ kind: 'done' });
    await vi.waitFor(() => expect(counted.at(-1)).toBe('restart-leaking restart delivered'), 30_000);
    expect(received).toHaveLength(1);
    await runner.close();
    const answers = eventsIn(folder).filter(({ event }) => event === 'answer');
    expect(answers).toMatchObject([
      { id: a, answer: 'approve', by: 'ada' },
      { id: b, answer: 'deny', by: 'ben' },
    ]);
  });

  test('does nothing that it cannot write down', async () => {
    const { url, received } = await startReceiver(200);
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'audit.jsonl'));
    const { runner, counted, log } = await openRunner(url, {}, folder);
    runner.observe(breaching('a'));
    runner.observe(breaching('a'));
    await runner.close();
    expect(received).toEqual([]);
    expect(counted).toEqual([]);
    expect(log).toEqual(['the policy cannot act']);
  });

  test('sends nothing while it does not know what was done before', async () => {
    const { url, received } = await startReceiver(200);
    const folder = temporaryFolder();
    const file = path.join(folder, 'policy.json');
    writeFileSync(file, '{"format":1,');
    const { runner, counted } = await openRunner(url, {}, folder);
    runner.observe(breaching('a'));
    await vi.waitFor(() => expect(counted).toEqual(['restart-leaking restart unsafe']), 30_000);
    expect(runner.unsafe()).toContain(`${file} cannot be used`);
    expect(received).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('{"format":1,');
  });

  test('says of what was being handed over at a crash that it is unknown, and does not send it again', async () => {
    const { url, received } = await startReceiver('silence');
    const first = await openRunner(url);
    first.runner.observe(breaching('a'));
    await vi.waitFor(() => expect(received).toHaveLength(1), 30_000);
    // As a killed process leaves it: the state is as it was saved before sending.
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'policy.json'), readFileSync(path.join(first.folder, 'policy.json')));
    const after = await openRunner(url, {}, folder);
    await vi.waitFor(() => expect(after.counted).toEqual(['restart-leaking restart unknown']), 30_000);
    await after.runner.close();
    expect(received).toHaveLength(1);
    expect(eventsIn(folder)).toMatchObject([{ event: 'delivery', outcome: 'unknown' }]);
    await first.runner.close();
    expect(first.counted).toEqual(['restart-leaking restart unknown']);
  });
});

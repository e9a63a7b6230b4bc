/** What Prometheus is given here, given to VictoriaMetrics: its vmalert and its PromQL are others. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleFiles } from '../../rules/mixin/files.js';
import { linborgMixin } from '../../rules/mixin/mixin.js';
import { dashboardQueries } from '../../src/app/stack/dashboardQueries.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { hasVictoriaMetrics, type RealVictoriaMetrics, startVictoriaMetrics } from '../app/fixtures/victoriaMetrics.js';

const run = promisify(execFile);
/** As docs/prometheus.md says, for Debian's version. */
const mixin = linborgMixin({ keep_firing_for: false, services: { native_histograms: false } });
const RULES = [...mixin.prometheusAlerts.groups, ...mixin.prometheusRules.groups].flatMap(({ rules }) =>
  rules.map(({ rule }) => rule.expr),
);
const DASHBOARDS = readdirSync('grafana/dashboards').flatMap((file) =>
  dashboardQueries(readFileSync(path.join('grafana/dashboards', file), 'utf8')),
);

describe.runIf(hasVictoriaMetrics)('VictoriaMetrics', () => {
  let victoria: RealVictoriaMetrics;
  beforeAll(async () => {
    victoria = await startVictoriaMetrics();
  });
  afterAll(() => victoria?.stop());

  /** Undefined where the query is understood, else why not. */
  async function refusal(query: string): Promise<string | undefined> {
    const answer = await fetch(`${victoria.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query }),
    });
    return answer.ok ? undefined : `${query}: ${await answer.text()}`;
  }

  test('has a vmalert that takes the rules where they are written for it', async () => {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(ruleFiles(mixin))) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    await run('vmalert', ['-dryRun', `-rule=${path.join(folder, '*.yml')}`]);
    writeFileSync(path.join(folder, 'late.yml'), 'groups: [{ name: a, rules: [{ record: b, expr: "sum(" }] }]');
    await expect(run('vmalert', ['-dryRun', `-rule=${path.join(folder, '*.yml')}`])).rejects.toThrow('sum(');
  });

  test('understands every query of these rules and of the dashboards', async () => {
    expect(RULES.length + DASHBOARDS.length).toBeGreaterThan(300);
    const refusals = await Promise.all([...RULES, ...DASHBOARDS].map(refusal));
    expect(refusals.filter((reason) => reason !== undefined)).toEqual([]);
    expect(await refusal('no_such_function(up)')).toContain('no_such_function');
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ZodError } from 'zod';
import { ruleFiles } from '../../rules/mixin/files.js';
import { linborgMixin } from '../../rules/mixin/mixin.js';
import { targetPackFiles } from '../../rules/mixin/serviceTargets.js';
import { ALL_METRICS } from '../exposition/allMetrics.js';

const run = promisify(execFile);
const mixin = linborgMixin();
const alerts = mixin.prometheusAlerts.groups.flatMap(({ rules }) => rules.map(({ rule }) => rule));
const recorded = mixin.prometheusRules.groups.flatMap(({ rules }) => rules.map(({ rule }) => rule));
const NAMES = [...new Set(alerts.map(({ alert }) => alert))];

interface AlertTest {
  readonly name: string;
  readonly alert_rule_test?: { eval_time: string; alertname: string; exp_alerts: unknown[] }[];
}
const TESTS = readdirSync('rules/tests')
  .map((file) => parse(readFileSync(join('rules/tests', file), 'utf8')) as { tests: AlertTest[] })
  .flatMap(({ tests }) => tests);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linborg-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const WRITTEN = [
  ...Object.entries(ruleFiles(mixin)),
  ...Object.entries(targetPackFiles(mixin._config)).map(([name, text]) => [join('targets', name), text] as const),
];

describe('the rule files', () => {
  test.each(WRITTEN)('rules/%s is what rules/mixin writes (run make rules to write it)', (name, text) => {
    expect(readFileSync(join('rules', name), 'utf8')).toBe(text);
  });

  // All of rules/tests run in make verify.
  test('pass the tests of forecasts, and fail them where a threshold is another one', {
    timeout: 120_000,
  }, async () => {
    const text = readFileSync('rules/tests/predicted.yml', 'utf8').replaceAll('../', '');
    writeFileSync(join(folder, 'predicted.yml'), text);
    const promtool = () => run('promtool', ['test', 'rules', 'predicted.yml'], { cwd: folder });
    write(mixin);
    await promtool();
    write(linborgMixin({ predicted: { memory_within: '1h' } }));
    await expect(promtool()).rejects.toThrow('Command failed');
  });

  test('ask only for metrics that linborg has', () => {
    const known = new Set<string>(ALL_METRICS.map(({ name }) => name));
    const texts = [...alerts, ...recorded].flatMap((rule) =>
      'alert' in rule ? [rule.expr, ...Object.values(rule.annotations)] : [rule.expr],
    );
    // A name after a colon is a recorded one.
    const asked = texts.flatMap((text) => text.match(/(?<![:\w])linborg_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(10);
    expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([]);
  });

  test('ask only for recorded series that are recorded', () => {
    const texts = alerts.flatMap(({ expr, annotations }) => [expr, ...Object.values(annotations)]);
    const names = new Set(recorded.map(({ record }) => record));
    const shared = texts.flatMap((text) => text.match(/\b\w+:\w+:\w+\b/g) ?? []);
    expect(shared.length).toBeGreaterThan(10);
    expect([...new Set(shared)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('an alert', () => {
  test.each(alerts)('$alert waits, holds on, is loud enough, says numbers, and leads to its runbook', (rule) => {
    expect(rule.for).toMatch(/^\d+[mh]$/);
    expect(rule.keep_firing_for).toMatch(/^\d+[mh]$/);
    expect(rule.labels.severity).toMatch(/^(info|warning|critical)$/);
    expect(rule.annotations.summary).toContain('{{');
    expect(rule.annotations.description).toMatch(/\d/);
    expect(rule.annotations.runbook_url).toBe(`docs/runbooks/${rule.alert}.md`);
  });

  test.each(NAMES)('%s is tested for when it does not fire yet and then, in the same test, does', (name) => {
    const cases = TESTS.map((one) => (one.alert_rule_test ?? []).filter(({ alertname }) => alertname === name));
    const quiet = (one: (typeof cases)[number]) => one.findIndex(({ exp_alerts }) => exp_alerts.length === 0);
    const fires = (one: (typeof cases)[number]) => one.findLastIndex(({ exp_alerts }) => exp_alerts.length > 0);
    expect(cases.some((one) => quiet(one) >= 0 && quiet(one) < fires(one))).toBe(true);
  });

  test('about a forecast leaves servers in maintenance alone', () => {
    // The ticket of a cascade stands on numbers of linborg in which no server in maintenance is counted.
    const aboutForecasts = alerts.filter(
      ({ alert, labels }) =>
        /Predicted|AtRisk|Breached|CascadeMember/.test(alert) &&
        !(alert === 'LinborgCascadePredicted' && labels.severity === 'warning'),
    );
    expect(aboutForecasts.length).toBeGreaterThan(10);
    expect(aboutForecasts.filter(({ expr }) => !expr.includes('state="maintenance"'))).toEqual([]);
  });

  test('that pages for a forecast also looks at the state now', () => {
    const pages = alerts.filter(
      ({ alert, labels }) => /Predicted|AtRisk/.test(alert) && labels.severity === 'critical',
    );
    expect(pages.length).toBeGreaterThanOrEqual(5);
    expect(pages.filter(({ expr }) => !/signs_of_trouble|server_stress_ratio/.test(expr))).toEqual([]);
  });

  test('has a test whose name is a sentence', () => {
    expect(TESTS.filter(({ name }) => name.split(' ').length < 6)).toEqual([]);
  });
});

describe('the mixin', () => {
  test('takes thresholds, durations, selectors, severities and the place of the runbooks', async () => {
    const own = linborgMixin({
      selector: 'job="forecasts"',
      runbook_url_base: 'https://wiki.example.com/runbooks',
      severities: { page: 'page' },
      predicted: { disk_within: '6h' },
      services: { selector: 'namespace="pipeline"' },
      alerts: { LinborgDiskFullPredicted: { for: '20m' } },
    });
    write(own);
    await run('promtool', ['check', 'rules', ...Object.keys(ruleFiles(own))], { cwd: folder });
    const rules = own.prometheusAlerts.groups.flatMap((group) => group.rules.map(({ rule }) => rule));
    const disk = rules.find(({ alert }) => alert === 'LinborgDiskFullPredicted');
    expect(disk).toMatchObject({
      for: '20m',
      keep_firing_for: '10m',
      annotations: { runbook_url: 'https://wiki.example.com/runbooks/LinborgDiskFullPredicted.md' },
    });
    expect(disk?.expr).toContain('< 6 * 3600');
    const severityAndExpr = (name: string) => {
      const rule = rules.find(({ alert }) => alert === name);
      return `${rule?.labels.severity} ${rule?.expr}`;
    };
    expect(severityAndExpr('LinborgDown')).toContain('page up{job="forecasts"}');
    expect(severityAndExpr('ServiceDown')).toContain('up{namespace="pipeline"}');
  });

  test('takes the example of docs/alerts.md', () => {
    const example = /^```yml\n([\s\S]*?)^```$/m.exec(readFileSync('docs/alerts.md', 'utf8'))?.[1];
    expect(linborgMixin(parse(example!))._config.predicted.memory_within).toBe('2h');
  });

  test('leaves keep_firing_for out for a Prometheus that lacks it', () => {
    const texts = Object.values(ruleFiles(linborgMixin({ keep_firing_for: false })));
    expect(texts.filter((text) => text.includes('keep_firing_for'))).toEqual([]);
  });

  test.each([
    { overrides: { predicted: { disk_withn: '6h' } }, said: /disk_withn/ },
    { overrides: { alerts: { NoSuchAlert: {} } }, said: /NoSuchAlert/ },
    { overrides: { alerts: { LinborgDown: { for: '5 min' } } }, said: /such as 10m/ },
  ])('refuses $overrides and says what is wrong', ({ overrides, said }) => {
    expect(() => linborgMixin(overrides)).toThrow(ZodError);
    expect(() => linborgMixin(overrides)).toThrow(said);
  });
});

function write(own: ReturnType<typeof linborgMixin>): void {
  for (const [name, text] of Object.entries(ruleFiles(own))) writeFileSync(join(folder, name), text);
}

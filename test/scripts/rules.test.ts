import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CYCLE_METRICS, EXPORTER_METRICS, TRUTH_METRICS } from '../../src/exposition/catalogue.js';

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const read = (path: string) => parse(readFileSync(path, 'utf8')) as unknown;
const rulesOf = (path: string) => (read(path) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const alerts = rulesOf('rules/alerts.yml');
const all = [...rulesOf('rules/recording.yml'), ...alerts];

describe('the rules', () => {
  test('ask only for metrics that linborg has', () => {
    const known = new Set<string>([...CYCLE_METRICS, ...TRUTH_METRICS, ...EXPORTER_METRICS].map(({ name }) => name));
    const texts = all.flatMap(({ expr, annotations }) => [expr, annotations?.['description'] ?? '']);
    // A name after a colon is a recorded one, which promtool's tests look after.
    const asked = texts.flatMap((text) => text.match(/(?<![:\w])linborg_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(alerts)('$alert has a severity, numbers in its description, and a section in the runbook', (rule) => {
    expect(rule.labels?.['severity']).toMatch(/^(warning|critical)$/);
    expect(rule.annotations?.['summary']).toContain('$labels');
    expect(rule.annotations?.['description']).toMatch(/\d/);
    expect(rule.annotations?.['runbook_url']).toBe(`docs/runbook.md#${rule.alert?.toLowerCase()}`);
    expect(readFileSync('docs/runbook.md', 'utf8')).toContain(`\n## ${rule.alert}\n`);
  });

  test.each(alerts)('$alert is tested for when it fires and for when it must not', ({ alert }) => {
    const { tests } = read('rules/tests/alerts.yml') as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const cases = tests.flatMap((group) => group.alert_rule_test).filter(({ alertname }) => alertname === alert);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });
});

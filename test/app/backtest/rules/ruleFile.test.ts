import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRuleFile } from '../../../../src/app/backtest/rules/ruleFile.js';
import { temporaryFolder } from '../../fixtures/folder.js';

const file = path.join(temporaryFolder(), 'rules.yml');

function read(text: string) {
  writeFileSync(file, text);
  return readRuleFile(file);
}

describe('readRuleFile', () => {
  it('reads what Prometheus reads of alerts, with its defaults, and counts what records', async () => {
    const text = `groups:
- name: a
  interval: 30s
  rules:
  - { record: x, expr: up }
  - { alert: Down, expr: up == 0, for: 5m, keep_firing_for: 1h, labels: { severity: page } }
- name: b
  rules:
  - { alert: One, expr: 1 }
`;
    expect(await read(text)).toEqual({
      path: file,
      recordingRules: 1,
      alerts: [
        { group: 'a', alert: 'Down', expr: 'up == 0', intervalSeconds: 30, forSeconds: 300, keepFiringSeconds: 3600 },
        { group: 'b', alert: 'One', expr: '1', intervalSeconds: 60, forSeconds: 0, keepFiringSeconds: 0 },
      ],
    });
  });

  it.each([
    { text: 'groups: [{ name: a, rules: [{ record: x, expr: up }] }]', said: 'has no alert' },
    {
      text: 'groups: [{ name: a, rules: [{ alert: x, expr: up, for: 5 min }] }]',
      said: 'groups.0.rules.0.for is "5 min"',
    },
    { text: 'rules: []', said: 'groups' },
    { text: '{', said: 'cannot be read' },
  ])('says what is wrong with $text', async ({ text, said }) => {
    await expect(read(text)).rejects.toThrow(said);
  });
});

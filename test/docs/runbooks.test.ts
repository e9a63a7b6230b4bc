import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { linborgMixin } from '../../rules/mixin/mixin.js';
import { readPage } from './pages.js';

const run = promisify(execFile);
const alerts = linborgMixin().prometheusAlerts.groups.flatMap(({ rules }) => rules.map(({ rule }) => rule));
const NAMES = [...new Set(alerts.map(({ alert }) => alert))].sort();
const SECTIONS = ['What it means', 'What to check', 'What to do', 'How to silence'];

/** The queries of a runbook: one a line, but for comments. */
function queriesOf(page: string): string[] {
  return [...page.matchAll(/^```promql\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block!.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the runbooks', () => {
  test('are one page per alert, and no page without an alert', async () => {
    const pages = (await readdir('docs/runbooks')).map((file) => file.replace('.md', ''));
    expect(pages.sort()).toEqual(NAMES);
  });

  test.each(NAMES)('%s says what it means, what to check, what to do and how to silence it', (name) => {
    const page = readPage(`docs/runbooks/${name}.md`);
    expect(page.startsWith(`# ${name}\n`)).toBe(true);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(SECTIONS);
    expect(page).toContain(`amtool silence add alertname=${name} `);
    expect(queriesOf(page).length).toBeGreaterThan(0);
  });

  test('have queries that Prometheus understands', async () => {
    const queries = NAMES.flatMap((name) => queriesOf(readPage(`docs/runbooks/${name}.md`)));
    const folder = await mkdtemp(join(tmpdir(), 'linborg-runbooks-'));
    const file = join(folder, 'queries.yml');
    const rules = queries.map((expr, i) => ({ record: `query:${i}`, expr }));
    await writeFile(file, stringify({ groups: [{ name: 'queries', rules }] }));
    await run('promtool', ['check', 'rules', file]);
    await rm(folder, { recursive: true });
  });

  test('are listed in docs/alerts.md with how loud each alert is', () => {
    const rows = [...readPage('docs/alerts.md').matchAll(/^\| \[(\w+)\]\(runbooks\/\w+\.md\) \| (.*?) \|/gm)];
    const listed = Object.fromEntries(rows.map(([, name, severities]) => [name, severities]));
    const meant = NAMES.map((name) => {
      const severities = alerts.filter(({ alert }) => alert === name).map(({ labels }) => labels.severity);
      return [name, severities.join(', ')];
    });
    expect(listed).toEqual(Object.fromEntries(meant));
  });
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadPack } from '../../src/mapping/pack.js';
import { renderExpr } from '../../src/mapping/render.js';
import { ALL_METRICS } from '../exposition/allMetrics.js';

interface ScrapeJob {
  readonly job_name: string;
  readonly honor_labels?: boolean;
  readonly params?: { readonly module: readonly string[] };
}

const JOBS = (readSample('prometheus.yml') as { scrape_configs: readonly ScrapeJob[] }).scrape_configs;

function readSample(name: string): unknown {
  return parse(readFileSync(`prometheus/${name}`, 'utf8'));
}

function job(name: string): ScrapeJob {
  return JOBS.find(({ job_name }) => job_name === name)!;
}

test('the sample scrapes what linborg reads, what it says, and what stands around it', () => {
  const names = JOBS.map(({ job_name }) => job_name);
  expect(names).toEqual(expect.arrayContaining(['node', 'linborg', 'cadvisor', 'process', 'blackbox']));
});

test('honor_labels is off for linborg, and none of its series has a label that Prometheus would rename', () => {
  expect(job('linborg').honor_labels).toBe(false);
  const ownedByPrometheus = ALL_METRICS.filter(({ labels }) =>
    (labels as readonly string[]).some((label) => label === 'job' || label === 'instance'),
  );
  expect(ownedByPrometheus).toEqual([]);
});

test('probes ask for a module that the sample of blackbox_exporter has', () => {
  const { modules } = readSample('blackbox.yml') as { modules: object };
  expect(Object.keys(modules)).toEqual(expect.arrayContaining([...job('blackbox').params!.module]));
});

test('the sample of process-exporter makes a group of Java whose name the mapping pack looks for', () => {
  const { process_names } = readSample('process-exporter.yml') as {
    process_names: { name: string; comm?: string[] }[];
  };
  const java = process_names.find(({ comm }) => comm?.includes('java'));
  const pack = readFileSync('rules/packs/node_exporter.yml', 'utf8');
  const groups = /namedprocess_namegroup_cpu_seconds_total\{groupname=~"([^"]+)"/.exec(pack)![1]!;
  expect(java?.name).toMatch(new RegExp(`^(?:${groups})$`));
});

test('the sample of recording rules records each metric as the pack node_exporter asks for it, for the pack linborg', async () => {
  const { groups } = readSample('linborg-rules.yml') as { groups: { rules: { record: string; expr: string }[] }[] };
  const { alternatives } = await loadPack({ pack: 'node_exporter' }, 'rules/packs');
  const rendering = { selector: '', serverLabel: 'instance', windowSeconds: 300 };
  const wanted = [...alternatives].map(([metric, list]) => ({
    record: `linborg:${metric}`,
    expr: `${list
      .filter(({ estimate }) => !estimate)
      .map(({ expr }) => renderExpr(expr, rendering).trim())
      .join('\nor\n')}\n`,
  }));
  expect(groups.flatMap(({ rules }) => rules)).toEqual(wanted);
});

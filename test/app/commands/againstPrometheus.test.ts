import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { readModel } from '../../../src/model/files/modelFolder.js';
import { freePort } from '../../sources/fixtures/realPrometheus.js';
import { REPOSITORY, runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';

const SERVERS = 3;
let fleet: FleetPrometheus;
let configFile: string;
let silentConfigFile: string;

beforeAll(async () => {
  fleet = await startFleetPrometheus({ servers: SERVERS, days: 3, until: Date.now() / 1000 });
  configFile = writeConfiguration({ url: fleet.prometheus.url });
  silentConfigFile = writeConfiguration({ url: `http://127.0.0.1:${await freePort()}` });
});

afterAll(() => fleet?.prometheus.stop());

describe('check mappings', () => {
  it('finds each of the 14 metrics of a simulated fleet, on every server that has it', async () => {
    const { code, stdout, stderr } = await runHere('check', 'mappings', '--config.file', configFile);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const metric of METRIC_NAMES) {
      const [line] = stdout.split('\n').filter((text) => text.startsWith(metric));
      expect(line, `a line for ${metric} in\n${stdout}`).toMatch(new RegExp(`^${metric} +[1-9]/${SERVERS} +0\\.0 %`));
    }
  });

  it('says that Prometheus cannot be reached, and where it was looked for', async () => {
    const { code, stderr } = await runHere('check', 'mappings', '--config.file', silentConfigFile);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: .*http:\/\/127\.0\.0\.1:\d+ cannot be reached \(connect ECONNREFUSED/);
  });

  it('fails with the API’s words and the pack’s line when the pack has invalid PromQL', async () => {
    const pack = path.join(temporaryFolder(), 'broken.yml');
    const good = readFileSync(path.join(REPOSITORY, 'rules/packs/node_exporter.yml'), 'utf8');
    writeFileSync(
      pack,
      good.replace(
        'avg by ($server_label) (avg_over_time(node_load1{',
        'avg by ($server_label) (avg_over_time(node_load1{{',
      ),
    );
    const file = writeConfiguration({ url: fleet.prometheus.url, source: { pack } });
    const { code, stdout } = await runHere('check', 'mappings', '--config.file', file);
    expect(code).toBe(1);
    const line = good.split('\n').indexOf('  load_average:') + 2;
    expect(stdout).toMatch(new RegExp(`^${pack}:${line} .*load_average.*parse error`, 'm'));
  });

  it('fails when the selector finds no server', async () => {
    const file = writeConfiguration({ url: fleet.prometheus.url, source: { selector: 'job="nodes"' } });
    const { code, stdout } = await runHere('check', 'mappings', '--config.file', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/job="nodes"/);
  });
});

describe('dry-run', () => {
  it('prints the records, their validation and the risks of the riskiest servers, and serves nothing', async () => {
    const { code, stdout, stderr } = await runHere('dry-run', '--limit', '2', '--config.file', configFile);
    expect(code, stderr).toBe(0);
    const [json, validation, table] = stdout.split('\n\n') as [string, string, string];
    const { records } = JSON.parse(json) as { records: Record<string, unknown>[] };
    const shown = records.map((record) => String(record['server_name']));
    expect(shown).toHaveLength(2);
    expect(fleet.names).toEqual(expect.arrayContaining(shown));
    for (const record of records) {
      expect(Object.keys(record)).toEqual(['timestamp', 'server_name', 'profile', ...METRIC_NAMES]);
      expect(record['cpu_idle_pct']).toBeGreaterThan(0);
    }
    expect(validation.split('\n').map((line) => line.split(' (')[0])).toEqual(shown.map((name) => `valid   ${name}`));
    expect(validation).toMatch(/\(ok\): 3\.0 d of history; 100 % of the last 24 h; (all 14 metrics|absent: )/);
    const [header, , ...rows] = table.split('\n');
    expect(header).toMatch(/^SERVER +RISK +STATE +P\(8 h\) +THRESHOLD IN +TOP REASON$/);
    expect(rows.map((row) => row.split(/\s+/)[0])).toEqual(shown);
    const scores = rows.map((row) => Number(row.split(/\s+/)[1]));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(stdout).toContain('2 of 3 servers shown (--limit); nothing was served or stored');
    expect(stderr).toMatch(/\d+ samples of 3 servers in \d+ queries, 0 failed/);
  });

  it.each(['0', '-1', '2.5', 'ten'])('refuses --limit %s and says what it expects', async (limit) => {
    const { code, stderr } = await runHere('dry-run', `--limit=${limit}`, '--config.file', configFile);
    expect(code).toBe(1);
    expect(stderr).toBe(`linborg: --limit is ${limit}; expected a whole number from 1 to 1000000\n`);
  });

  it('says why there is nothing to show when Prometheus is not there', async () => {
    const { code, stdout, stderr } = await runHere('dry-run', '--config.file', silentConfigFile);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/linborg: prometheus http:\/\/127\.0\.0\.1:\d+ cannot be read .*ECONNREFUSED/);
  });
});

describe('show', () => {
  it('draws past and forecast of a server, and no color where nobody looks', async () => {
    const args = ['--metric', 'mem_used_pct', '--config.file', configFile];
    const { code, stdout, stderr } = await runHere('show', fleet.names[0]!, ...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${fleet.names[0]} \\(\\w+\\) at \\d{4}-.*: risk \\d+ \\(`));
    expect(stdout).toMatch(/^mem_used_pct: memory in use/m);
    for (const mark of ['•', '*', '░', '┊']) expect(stdout).toContain(mark);
    expect(stdout).not.toContain('\x1b');
  });

  it('names the servers that there are, and the metrics that one has, where it is asked for another', async () => {
    const server = await runHere('show', 'nobody', '--config.file', configFile);
    expect(server).toMatchObject({ code: 1, stderr: expect.stringContaining(`they have ${fleet.names[0]}`) });
    const metric = await runHere('show', fleet.names[0]!, '--metric', 'mem', '--config.file', configFile);
    expect(metric).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no mem; it has .*mem_used_pct/) });
  });
});

describe.skipIf(!hasNative)('train --from prometheus', () => {
  it('learns from what Prometheus has recorded, and writes a model that forecasts it', async () => {
    const out = path.join(temporaryFolder(), 'trained');
    const args = ['--days', '2.5', '--steps', '2', '--hidden', '8', '--out', out, '--config.file', configFile];
    const { code, stderr } = await runHere('train', '--from', 'prometheus', ...args);
    expect(code, stderr).toBe(0);
    const { manifest } = await readModel(out);
    expect(manifest.training.datasets).toMatchObject([{ name: 'prometheus', servers: SERVERS }]);
    const file = writeConfiguration({ url: fleet.prometheus.url, keys: { model: out } });
    const dryRun = await runHere('dry-run', '--config.file', file);
    expect(dryRun.code, dryRun.stderr).toBe(0);
    expect(dryRun.stdout).toContain(`${SERVERS} of ${SERVERS} servers shown`);
  });

  it.each([
    { what: 'a selector that finds nothing', source: { selector: 'job="nodes"' }, said: /has no series that varies/ },
    { what: 'an unreachable Prometheus', source: { url: 'http://127.0.0.1:1' }, said: /127\.0\.0\.1:1 cannot be r/ },
  ])('says so of $what, before it trains', async ({ source, said }) => {
    const file = writeConfiguration({ url: fleet.prometheus.url, source });
    const args = ['--out', path.join(temporaryFolder(), 'none'), '--config.file', file];
    const { code, stderr } = await runHere('train', '--from', 'prometheus', ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(said);
  });
});

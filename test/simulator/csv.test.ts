import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/core/errors.js';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { writeTraces } from '../../src/simulator/csv.js';
import { labelsCsv } from '../../src/simulator/labels.js';
import { ROW } from '../../src/simulator/step.js';
import { DAY, fleetOf, MONDAY, rowAt, STEP, serverNamed } from './support.js';

const fleet = fleetOf({ seed: 4, scenariosPerServerWeek: 3 });
let folder: string;
const linesOf = async (name: string) => {
  const bytes = await readFile(join(folder, 'traces', name));
  const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n');
  expect(lines.pop()).toBe('');
  return lines;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-traces-'));
  await writeTraces({ fleet, folder: join(folder, 'traces'), from: MONDAY, until: MONDAY + 3 * DAY });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('CSV traces', () => {
  it('are one file per server, with an overview and the labels', async () => {
    const expected = [...fleet.servers.map((server) => `${server.name}.csv.gz`), 'labels.csv', 'servers.csv'];
    expect((await readdir(join(folder, 'traces'))).sort()).toEqual(expected.sort());
  });

  it('hold the step means with four significant digits', async () => {
    const [header, ...lines] = await linesOf('ppdb001.csv.gz');
    expect(header).toBe(`timestamp,server,${METRIC_NAMES.join(',')}`);
    expect(lines).toHaveLength(3 * 288);
    for (const [index, line] of lines.entries()) {
      const at = MONDAY + index * STEP;
      const row = rowAt(serverNamed(fleet, 'ppdb001'), at);
      const values = METRIC_NAMES.map((name) => row[ROW[name]]!);
      const cells = values.map((value) => (Number.isNaN(value) ? '' : String(Number(value.toPrecision(4)))));
      expect(line).toBe(`${at},ppdb001,${cells.join(',')}`);
    }
  });

  it('have empty cells while the server is down', async () => {
    const many = fleetOf({ servers: 60, scenariosPerServerWeek: 0 });
    const server = many.servers.find((s) => s.restartBefore(MONDAY).bootAt - s.restartBefore(MONDAY).at > 2 * STEP)!;
    const { at } = server.restartBefore(MONDAY);
    const one = { ...many, servers: [server] };
    await writeTraces({ fleet: one, folder: join(folder, 'down'), from: at, until: at + 6 * STEP });
    const text = gunzipSync(await readFile(join(folder, 'down', `${server.name}.csv.gz`))).toString();
    expect(text.split('\n')[1]).toMatch(new RegExp(`^${at},${server.name},,+$`));
    const overview = await readFile(join(folder, 'down', 'servers.csv'), 'utf8');
    expect(Number(overview.split('\n')[1]!.split(',')[5])).toBeGreaterThan(0);
  });

  it('leave out the column of Java where none runs', async () => {
    expect((await linesOf('ppgen001.csv.gz'))[0]).not.toContain('java_cpu_pct');
    expect(await linesOf('servers.csv')).toContainEqual(
      `ppgen001,864,${MONDAY},${MONDAY + 3 * DAY - STEP},300,0,${METRIC_NAMES.filter((n) => n !== 'java_cpu_pct').join(' ')}`,
    );
  });

  it('come with labels for every episode in the span', async () => {
    const lines = await linesOf('labels.csv');
    expect(`${lines.join('\n')}\n`).toBe(labelsCsv(fleet, MONDAY, MONDAY + 3 * DAY));
  });

  it('say where they could not be written', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const written = writeTraces({ fleet, folder: join(file, 'traces'), from: MONDAY, until: MONDAY + DAY });
    await expect(written).rejects.toThrow(CommandError);
    await expect(written).rejects.toThrow(join(file, 'traces'));
  });
});

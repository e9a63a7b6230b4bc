import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadEngine } from '../../../src/model/engine/engine.js';
import { createForecaster, readModel } from '../../../src/model/files/modelFolder.js';
import { type LyingServer, refuse, startLyingServer } from '../../sources/fixtures/lyingServer.js';
import { hasPrometheus } from '../../sources/fixtures/realPrometheus.js';
import { restarted } from '../fixtures/auditLog.js';
import { REPOSITORY, runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';

const SERVERS = 2;
const DAYS = 4;
/** Learns in a second what takes the TFT a minute. */
const BASE = path.join(REPOSITORY, 'models/perceptron');
const END = Date.now() / 1000;

// Whole trainings, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

let fleet: FleetPrometheus;
let configFile: string;

beforeAll(async () => {
  fleet = await startFleetPrometheus({ servers: SERVERS, days: DAYS, until: END });
  configFile = writeConfiguration({
    url: fleet.prometheus.url,
    keys: { data_dir: await restarted(fleet.names[0]!, END - DAY) },
  });
});

afterAll(() => fleet?.prometheus.stop());

/** A folder that is not there yet, in one that is not there either. */
function freshFolder(): string {
  return path.join(temporaryFolder(), 'models/own');
}

function fineTune(out: string, file: string, ...more: string[]) {
  return runHere('train', '--from', 'prometheus', '--config.file', file, '--base', BASE, '--out', out, ...more);
}

const dateOf = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);

describe.skipIf(!hasNative || !hasPrometheus)('train --from prometheus --base', () => {
  it('writes a model of the fleet that loads, says what it came from, and whether it forecasts better', async () => {
    const out = freshFolder();
    const { code, stderr } = await fineTune(out, configFile, '--days', '3', '--steps', '4');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^1 spans after actions in the audit log exclude parts of 1\d series$/m);
    expect(readdirSync(out).sort()).toEqual([
      'CARD.md',
      'manifest.json',
      'report.html',
      'training_info.json',
      'weights.safetensors',
    ]);
    const model = await readModel(out);
    createForecaster(await loadEngine('auto'), model).dispose();
    const { training, accuracy } = model.manifest;
    const base = (await readModel(BASE)).manifest;
    expect(training.base).toMatchObject({ name: base.name, sha256: base.weights.sha256 });
    expect(training.datasets).toEqual([
      {
        name: 'prometheus',
        servers: SERVERS,
        series: expect.any(Number),
        // Of the four days that there are, those that were asked for.
        from: expect.toBeOneOf([dateOf(END - 3 * DAY), dateOf(END - 3 * DAY + 3600)]),
        to: dateOf(END),
      },
    ]);
    // Each server has at least 13 of the 14 metrics; one that never moves teaches nothing.
    expect(training.datasets[0]!.series).toBeGreaterThanOrEqual(10 * SERVERS);
    expect(training.train_until).toBeCloseTo(0.7);
    expect(accuracy.map(({ dataset }) => dataset)).toEqual(['prometheus']);
    expect(training.base!.accuracy.map(({ dataset }) => dataset)).toEqual(['prometheus']);
    expect(stderr).toMatch(/^read \d+ series that vary from prometheus http:/m);
    expect(stderr).toMatch(/^fine-tuning perceptron on \d+ series of 2 servers: at most 4 steps/m);
    expect(stderr).toContain(`wrote ${out}`);
  });

  it.each([
    {
      what: 'an unreachable Prometheus',
      source: { url: 'http://127.0.0.1:1' },
      said: /^linborg: prometheus http:\/\/127\.0\.0\.1:1 cannot be read \(.*ECONNREFUSED/m,
    },
    {
      what: 'a selector that finds no server',
      source: { selector: 'job="nodes"' },
      said: /^linborg: prometheus \S+ has no series that varies in the last 3 days; .*linborg check mappings/m,
    },
  ])('says so of $what, and leaves no folder behind', async ({ source, said }) => {
    const out = freshFolder();
    const file = writeConfiguration({ url: fleet.prometheus.url, source });
    const { code, stderr } = await fineTune(out, file, '--days', '3');
    expect(code).toBe(1);
    expect(stderr).toMatch(said);
    expect(existsSync(path.dirname(out))).toBe(false);
  });

  it('says how much history it needs where there is too little, and leaves no folder behind', async () => {
    const out = freshFolder();
    const { code, stderr } = await fineTune(out, configFile, '--days', '2');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: prometheus: no series is long enough to train on; .*2\.3 days/m);
    expect(existsSync(path.dirname(out))).toBe(false);
  });

  it.each(['month', '0', ''])('refuses --days "%s" before it asks Prometheus', async (days) => {
    const out = freshFolder();
    const { code, stderr } = await fineTune(out, '/nowhere.yml', `--days=${days}`);
    expect(code).toBe(1);
    expect(stderr).toBe(`linborg: --days is ${days}; expected a number from 1 to 3650\n`);
    expect(existsSync(path.dirname(out))).toBe(false);
  });
});

describe.skipIf(!hasNative)('train --from prometheus with a Prometheus that fails', () => {
  let source: LyingServer;
  beforeAll(async () => {
    source = await startLyingServer();
  });
  afterAll(() => source?.stop());

  const fineTuneOneStep = (out: string) =>
    fineTune(out, writeConfiguration({ url: source.url }), '--days', '4', '--steps', '1');

  it('goes on without a metric whose query is refused, and says which', async () => {
    source.lie = ({ path: door, query }, response) =>
      door.endsWith('/query_range') && query.includes('node_load1')
        ? refuse(response, 422, 'execution', 'query processing would load too many samples')
        : false;
    const out = freshFolder();
    const { code, stderr } = await fineTuneOneStep(out);
    expect(code, stderr).toBe(0);
    const warnings = stderr.split('\n').filter((line) => line.startsWith('warning: '));
    expect(warnings).toEqual([
      expect.stringMatching(
        /load_average.*query processing would load too many samples.*; what it asked for is missing/,
      ),
    ]);
    expect((await readModel(out)).manifest.training.datasets).toMatchObject([{ name: 'prometheus', servers: 2 }]);
  });

  it('ends when Prometheus goes away half-way, and leaves no folder behind', async () => {
    let ranges = 0;
    source.lie = ({ path: door }, response) =>
      door.endsWith('/query_range') && ++ranges > 3 ? refuse(response, 503, 'unavailable', 'shutting down') : false;
    const out = freshFolder();
    const { code, stderr } = await fineTuneOneStep(out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: .*shutting down/m);
    expect(existsSync(path.dirname(out))).toBe(false);
  });
});

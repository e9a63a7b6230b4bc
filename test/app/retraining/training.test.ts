import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../src/model/files/modelFolder.js';
import { writeTraces } from '../../../src/simulator/csv.js';
import { runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { hasNative } from '../fixtures/native.js';
import { type Here, openLearning, stateIn } from './learningHere.js';

const HOUR = 3600;
const END = Date.UTC(2026, 5, 1) / 1000;

describe.skipIf(!hasNative)('a training', () => {
  let fleet: FleetPrometheus;
  let model: string;

  beforeAll(async () => {
    fleet = await startFleetPrometheus({ servers: 1, days: 9, until: Date.now() / 1000 });
    const traces = path.join(temporaryFolder(), 'traces');
    model = path.join(temporaryFolder(), 'base');
    mkdirSync(traces);
    const { fleet: simulated } = fleet;
    await writeTraces({ fleet: simulated, folder: traces, from: END - 9 * DAY, until: END });
    const flags = ['--network', 'perceptron', '--hidden', '8', '--steps', '5'];
    const { code, stderr } = await runHere('train', '--from', 'csv', traces, ...flags, '--out', model);
    expect(code, stderr).toBe(0);
  }, 60_000);

  afterAll(() => fleet?.prometheus.stop());

  const fromPrometheus = () => [
    '--from',
    'prometheus',
    '--config.file',
    writeConfiguration({ url: fleet.prometheus.url }),
  ];

  async function ended({ learning }: Here): Promise<void> {
    while (learning.training()) await sleep(50);
  }

  it('learns from the history that Prometheus has, without the spans that are excluded, and puts a model on trial', async () => {
    const dataFolder = temporaryFolder();
    const retrain = { days: 9, max_duration: '10s', nice: 0 };
    const here = await openLearning({ dataFolder, model, retrain, from: fromPrometheus() });
    const span = { server: fleet.names[0]!, from: END, to: END + HOUR, reason: 'maintenance' };
    const cycle = { at: END, servers: [], details: [], failedSeries: 0, failure: undefined };
    await here.learning.observe(cycle, { drift: undefined, excluded: () => [span] });
    const answer = await here.learning.trigger();
    expect(answer).toMatchObject({ kind: 'done', id: expect.stringMatching(/^\d{8}T\d{6}Z$/) });
    expect(await here.learning.trigger()).toMatchObject({ kind: 'refused' });
    const id = here.learning.training()!.id;
    const folder = path.join(dataFolder, 'models', id);
    const phases = new Set<string>();
    const locks = new Set<string>();
    while (here.learning.training()) {
      const { phase, share } = here.learning.training()!;
      phases.add(phase);
      expect(share).toBeLessThanOrEqual(1);
      if (existsSync(path.join(folder, 'lock')))
        locks.add(readFileSync(path.join(folder, 'lock'), 'utf8').split(' ')[0]!);
      await sleep(20);
    }
    expect(here.learning.records()).toMatchObject([{ reason: 'manual', outcome: 'on_trial' }]);
    // The last phase may be over between two looks.
    expect(['training', 'measuring']).toContain([...phases].at(-1));
    // No other linborg takes the folder for a leftover meanwhile.
    expect([...locks]).toEqual([String(process.pid)]);
    expect(readdirSync(folder)).not.toContain('lock');
    expect(readFileSync(path.join(folder, 'excluded.csv'), 'utf8')).toContain(`${fleet.names[0]},${END},`);
    const { training } = (await readModel(folder)).manifest;
    expect(training.base).toMatchObject({ name: 'base', outcome: 'gain' });
    // What a trial proves needs no third of the history: a drift that asked for this lies at its end.
    expect(training.train_until).toBeCloseTo(0.9, 12);
    expect(stateIn(dataFolder).trial).toMatchObject({ model: id, role: 'challenger' });
    expect(here.outcomes).toEqual([]);
    expect(await here.learning.cancel()).toMatchObject({ kind: 'done' });
    expect(here.outcomes).toEqual(['manual cancelled']);
  }, 90_000);

  it('that fails is said and counted, leaves nothing behind, and changes nothing', async () => {
    const dataFolder = temporaryFolder();
    const here = await openLearning({ dataFolder, model, retrain: { nice: 0 } });
    await here.learning.trigger();
    await ended(here);
    expect(here.outcomes).toEqual(['manual failed']);
    const message = expect.stringMatching(/^it ended with exit code 1: trace folder \/nowhere cannot be read/);
    expect(here.learning.records()).toMatchObject([{ outcome: 'failed', message }]);
    expect(here.log.at(-1)).toMatchObject({ level: 50, reason: 'manual' });
    expect(readdirSync(path.join(dataFolder, 'models'))).toEqual([]);
    expect(here.learning.servingPath).toBe(model);
  });

  it('ends when it is cancelled, and when linborg stops, which is no outcome', async () => {
    const dataFolder = temporaryFolder();
    const here = await openLearning({ dataFolder, model, from: fromPrometheus() });
    await here.learning.trigger();
    expect(await here.learning.cancel()).toMatchObject({ kind: 'done' });
    expect(here.outcomes).toEqual(['manual cancelled']);
    expect(await here.learning.cancel()).toMatchObject({ kind: 'refused' });
    await here.learning.trigger();
    await here.learning.close();
    expect(here.learning.training()).toBeUndefined();
    expect(here.outcomes).toHaveLength(1);
    expect(readdirSync(path.join(dataFolder, 'models'))).toEqual([]);
  });
});

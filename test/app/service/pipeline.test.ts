import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../../src/app/configFile.js';
import { ExporterState } from '../../../src/app/service/exporterState.js';
import { type OpenOptions, Pipeline } from '../../../src/app/service/pipeline.js';
import { ConfigError, PackError } from '../../../src/core/errors.js';
import { profileOf } from '../../../src/core/profiles.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { nodeViews } from '../../../src/simulator/node/nodeSeries.js';
import { writeHistory } from '../../../src/simulator/remoteWrite.js';
import { type RealPrometheus, startPrometheus } from '../../sources/fixtures/realPrometheus.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY } from '../fixtures/fleet.js';
import { serversOf } from '../fixtures/scrape.js';

const HOUR = 3600;
/** The moment of the first cycle, at which all servers are there. */
const FIRST = Math.floor(Date.now() / 1000 / 300) * 300 - 3 * HOUR + 200;

const fleet = createFleet({ servers: 3, seed: 1, scenariosPerServerWeek: 0 });
const names = fleet.servers.map(({ name }) => name).sort();
/** Is not scraped any more from FIRST until two hours later. */
const gone = fleet.servers[1]!.name;
const others = names.filter((name) => name !== gone);

let prometheus: RealPrometheus;
const pipelines: Pipeline[] = [];

beforeAll(async () => {
  prometheus = await startPrometheus();
  const url = `${prometheus.url}/api/v1/write`;
  const write = (one: string[], from: number, until: number) => {
    const part = { ...fleet, servers: fleet.servers.filter(({ name }) => one.includes(name)) };
    return writeHistory({ views: nodeViews(part), url, from, until, intervalSeconds: 100 });
  };
  await write(others, FIRST - DAY, Date.now() / 1000);
  await write([gone], FIRST - DAY, FIRST);
  await write([gone], FIRST + 2 * HOUR, Date.now() / 1000);
});

afterEach(async () => {
  await Promise.all(pipelines.splice(0).map((pipeline) => pipeline.close()));
});

afterAll(() => prometheus?.stop());

async function openPipeline(
  keys: Record<string, unknown> = {},
  source: Record<string, unknown> = {},
  options: OpenOptions = {},
): Promise<Pipeline> {
  const config = await loadConfigFile(writeConfiguration({ url: prometheus.url, keys, source }));
  const nothing = { onPull: () => {}, onDropped: () => {}, onHistory: () => {} };
  const pipeline = await Pipeline.open(config, pino({ level: 'silent' }), nothing, options);
  pipelines.push(pipeline);
  return pipeline;
}

describe('Pipeline', () => {
  it('takes the profile of a server from a label, and a rule before that; what nothing says more of keeps the one of its name', async () => {
    const [first, second, third] = names as [string, string, string];
    const labels = `label_replace(node_load1{$selector,instance=~"${first}|${second}"}, "role", "kafka-broker", "", "")`;
    const keys = { profiles: [{ match: `^${second}$`, profile: 'risk_analytics' }] };
    const pipeline = await openPipeline(keys, { profile_labels: ['role'], labels_from: labels });
    const { servers } = await pipeline.cycle(FIRST);
    const told = new Map(servers.map(({ frame }) => [frame.server, [frame.profile, frame.profileOrigin]]));
    expect(told.get(first)).toEqual(['data_ingest', 'label']);
    expect(told.get(second)).toEqual(['risk_analytics', 'rule']);
    expect(told.get(third)).toEqual([profileOf(third), 'name']);
    for (const { frame, risk } of servers) if (risk) expect(risk.profile).toBe(frame.profile);
  });

  it('withdraws risk and forecasts of a server that is not scraped any more, and shows them when it is back', async () => {
    const pipeline = await openPipeline();
    const state = new ExporterState(pipeline, FIRST);
    const shown = async (at: number) => {
      const { metrics } = await state.succeeded(await pipeline.cycle(at), 1, at);
      const text = metrics.text.toString();
      const stateOf = text.match(new RegExp(`linborg_server_state\\{server="${gone}",state="(\\w+)"\\} 1`))?.[1];
      return {
        risks: serversOf(text, 'linborg_risk_score'),
        forecasts: serversOf(text, 'linborg_forecast_value'),
        stateOf,
      };
    };
    expect(await shown(FIRST)).toEqual({ risks: names, forecasts: names, stateOf: 'ok' });
    expect(await shown(FIRST + 10 * 60)).toEqual({ risks: names, forecasts: names, stateOf: 'ok' });
    expect(await shown(FIRST + 30 * 60)).toEqual({ risks: others, forecasts: others, stateOf: 'stale' });
    expect(await shown(FIRST + 2.5 * HOUR)).toMatchObject({ risks: names, forecasts: names });
  });

  it('holds the level of a risk from cycle to cycle and hands it to the pipeline of a reload', async () => {
    const levelsAt = async (pipeline: Pipeline, at: number) =>
      (await pipeline.cycle(at)).servers.map(({ risk }) => [risk!.server, risk!.color, risk!.colorSince]);
    const first = await openPipeline();
    const begun = await levelsAt(first, FIRST);
    expect(begun.map(([, , since]) => since)).toEqual([FIRST, FIRST, FIRST]);
    expect(await levelsAt(first, FIRST + 60)).toEqual(begun);
    const { levels } = first;
    expect(await levelsAt(await openPipeline({}, {}, { levels }), FIRST + 120)).toEqual(begun);
  });

  it('shows a server in maintenance as that, with its risk while it answers and without when it is silent', async () => {
    const [start, end] = [FIRST - 60, FIRST + HOUR].map((at) => new Date(at * 1000).toISOString());
    const pipeline = await openPipeline({ maintenance: [{ name: 'move', servers: gone, start, end }] });
    const shown = async (at: number) => {
      const { servers, maintenance } = await pipeline.cycle(at);
      const { frame, risk, forecasts } = servers.find((one) => one.frame.server === gone)!;
      const states = servers.filter((one) => one.frame.server !== gone).map((one) => one.frame.state);
      return { state: frame.state, hasRisk: risk !== undefined, forecasts: forecasts.length > 0, states, maintenance };
    };
    const states = ['ok', 'ok'];
    const covered = [{ window: 'move', servers: 1 }];
    const planned = { state: 'maintenance', states, maintenance: covered };
    expect(await shown(FIRST)).toEqual({ ...planned, hasRisk: true, forecasts: true });
    expect(await shown(FIRST + 30 * 60)).toEqual({ ...planned, hasRisk: false, forecasts: false });
    const over = { state: 'stale', states, maintenance: [{ window: 'move', servers: 0 }] };
    expect(await shown(FIRST + 61 * 60)).toEqual({ ...over, hasRisk: false, forecasts: false });
    const excluded = pipeline.maintenance.excluded([{ server: gone, profile: 'generic' }], FIRST + 61 * 60);
    expect(excluded).toEqual([{ server: gone, from: FIRST - 60, to: FIRST + HOUR, reason: 'maintenance move' }]);
  });

  it('forgets a server altogether after forget_after', async () => {
    const pipeline = await openPipeline({ forget_after: '1h' });
    const serversAt = async (at: number) => (await pipeline.cycle(at)).servers.map(({ frame }) => frame.server).sort();
    expect(await serversAt(FIRST)).toEqual(names);
    expect(await serversAt(FIRST + 1.5 * HOUR)).toEqual(others);
  });

  it('has a window for no more servers than it may, says so once, and counts the rest', async () => {
    const lines: string[] = [];
    const dropped = new Map<string, number>();
    const config = await loadConfigFile(writeConfiguration({ url: prometheus.url, keys: { max_servers: 2 } }));
    const pipeline = await Pipeline.open(config, pino({}, { write: (line: string) => lines.push(line) }), {
      onPull: () => {},
      onDropped: (reason, count) => dropped.set(reason, count),
      onHistory: () => {},
    });
    pipelines.push(pipeline);
    for (const at of [FIRST, FIRST + 60]) expect((await pipeline.cycle(at)).servers).toHaveLength(2);
    expect(dropped.get('max_servers')).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('servers are turned away'))).toHaveLength(1);
  });

  it('pulls the history once and afterwards only what is new', async () => {
    const samples: number[] = [];
    const config = await loadConfigFile(writeConfiguration({ url: prometheus.url }));
    const pipeline = await Pipeline.open(config, pino({ level: 'silent' }), {
      onPull: (summary) => samples.push(summary.samples),
      onDropped: () => {},
      onHistory: () => {},
    });
    pipelines.push(pipeline);
    await pipeline.cycle(FIRST);
    await pipeline.cycle(FIRST + 60);
    // A day has 288 buckets, and 3 servers have up to 14 metrics.
    expect(samples[0]).toBeGreaterThan(3 * 12 * 280);
    expect(samples[1]).toBeLessThan(3 * 14 * 10);
  });

  it('refuses a step that its model was not made for', async () => {
    const error = await openPipeline({ step: '10m' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(/step is 600 s; the model in .+models\/default works at 300 s/);
  });

  it('refuses a pack that is not there', async () => {
    const error = await openPipeline({}, { pack: 'nowhere' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PackError);
  });

  it('fails the cycle when not one series could be forecast, and says why', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on('worker', note);
    const pipeline = await openPipeline();
    process.off('worker', note);
    const cycle = pipeline.cycle(FIRST);
    process.on('worker', endAtOnce);
    await workers[0]!.terminate();
    await expect(cycle).rejects.toThrow(/^none of \d+ series could be forecast: every forecasting worker died/);
    process.off('worker', endAtOnce);
  });
});

function endAtOnce(worker: Worker): void {
  void worker.terminate();
}

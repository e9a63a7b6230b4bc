import { describe, expect, it } from 'vitest';
import { fleetSource } from '../../../src/app/demo/fleetSource.js';
import { splitFleet } from '../../../src/app/demo/pushedServers.js';
import type { SampleBatch } from '../../../src/core/flow.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { splitsCloseWait } from '../../../src/simulator/node/nodeSeries.js';
import type { SimulatedServer } from '../../../src/simulator/server/simulatedServer.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from '../../../src/simulator/step.js';

const NOW = Date.UTC(2026, 5, 1, 10) / 1000;
const fleet = createFleet({ servers: 20, seed: 1, scenariosPerServerWeek: 0.5, demoAnchor: NOW });
const split = splitFleet(fleet, NOW);

async function lastHour(): Promise<SampleBatch> {
  for await (const event of fleetSource(split).history(NOW, 3600)) if (event.kind === 'batch') return event.batch;
  throw new Error('the source ended without a batch');
}

function newestOf({ series }: SampleBatch, { name }: SimulatedServer, metric: string): number | undefined {
  return series.find((one) => one.server === name && one.metric === metric)?.values.at(-1);
}

describe('the fleet as the demo knew it', () => {
  const row = new Float64Array(ROW_LENGTH);
  const newest = NOW / STEP_SECONDS - 1;

  it('has all sockets of a server without sides towards back ends, as Prometheus has them', async () => {
    const batch = await lastHour();
    const joined = split.pulled.servers.filter((server) => !splitsCloseWait(server));
    expect(joined.length).toBe(4);
    for (const server of joined) {
      server.writeStep(newest, row);
      expect(newestOf(batch, server, 'front_close_wait')).toBeUndefined();
      expect(newestOf(batch, server, 'back_close_wait')).toBe(row[ROW.back_close_wait]! + row[ROW.front_close_wait]!);
    }
  });

  it('has both sides of the others, those among them that a client pushes', async () => {
    const batch = await lastHour();
    const others = [...split.pulled.servers.filter(splitsCloseWait), ...split.pushed];
    for (const server of others) {
      server.writeStep(newest, row);
      expect(newestOf(batch, server, 'front_close_wait')).toBe(row[ROW.front_close_wait]);
      expect(newestOf(batch, server, 'back_close_wait')).toBe(row[ROW.back_close_wait]);
    }
  });
});

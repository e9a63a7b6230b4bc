import { describe, expect, test } from 'vitest';
import type { FleetReport } from '../../src/core/fleet.js';
import { AT, makeServer } from '../exposition/fleet.js';
import { makeFleetReport } from '../exposition/fleetReport.js';
import { type Setting, startServer } from './running.js';

const withFleet = (fleet?: FleetReport): Setting => ({
  view: { at: AT, servers: [makeServer('web-1', 5)], ...(fleet === undefined ? {} : { fleet }) },
});

async function read(path: string, setting: Setting): Promise<Record<string, unknown>> {
  const response = await fetch((await startServer(setting)) + path);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

describe('/cascade/status', () => {
  test('names the servers by onset, and the first as the suspected origin', async () => {
    const status = await read('/cascade/status', withFleet(makeFleetReport(AT)));
    expect(status).toMatchObject({
      status: 'ok',
      cascade_detected: true,
      servers_with_anomalies: 3,
      total_servers: 4,
      anomaly_rate: 0.75,
      correlation_score: 0.8,
      cascades: [{ score: 0.72, suspected_origin: 'ppdb-1' }],
    });
    const [cascade] = status['cascades'] as { servers: { server: string; over_peers: number }[] }[];
    expect(cascade!.servers.map(({ server }) => server)).toEqual(['ppdb-1', 'ppweb-1', 'ppweb-2']);
    expect(cascade!.servers[0]!.over_peers).toBe(4);
  });

  test.each([undefined, makeFleetReport(AT, { judged: 0, stressed: [], cascade: undefined })])(
    'says so while nothing can be judged (%#)',
    async (fleet) => {
      const status = await read('/cascade/status', withFleet(fleet));
      expect(status).toEqual({
        status: 'insufficient_data',
        message: expect.stringContaining('an hour before'),
        ...{ cascade_detected: false, servers_with_anomalies: 0, total_servers: 0, cascades: [] },
        ...{ anomaly_rate: null, usual_rate: null, correlation_score: null },
        timestamp: expect.any(String),
      });
    },
  );

  test('of a weak group says that it is none', async () => {
    const weak = { ...makeFleetReport(AT).cascade!, score: 0.49 };
    const status = await read('/cascade/status', withFleet(makeFleetReport(AT, { cascade: weak })));
    expect(status).toMatchObject({ cascade_detected: false, cascades: [{ score: 0.49 }] });
  });
});

describe('/cascade/health', () => {
  const calm = { stressed: [], cascade: undefined };
  const one = { stressed: makeFleetReport(AT).stressed.slice(0, 1), cascade: undefined };
  const two = { stressed: makeFleetReport(AT).stressed.slice(0, 2), cascade: undefined };
  test.each([
    [calm, 100, 'healthy'],
    [one, 75, 'degraded'],
    [two, 50, 'warning'],
    [{}, 16, 'critical'],
  ])('falls with servers under stress and with a cascade (%#)', async (changes, score, status) => {
    const health = await read('/cascade/health', withFleet(makeFleetReport(AT, changes)));
    expect(health).toMatchObject({ health_score: score, status });
  });
});

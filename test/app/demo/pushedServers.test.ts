import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { splitFleet, startPushing } from '../../../src/app/demo/pushedServers.js';
import { CommandError } from '../../../src/core/errors.js';
import { createFleet } from '../../../src/simulator/fleet.js';

const NOW = Date.UTC(2026, 5, 1, 10) / 1000;
const demoFleet = (servers: number) => createFleet({ servers, seed: 1, scenariosPerServerWeek: 0.5, demoAnchor: NOW });

describe('the servers of the demo that are pushed', () => {
  it('are one or two of five and more, and every server comes to linborg in one way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (servers) => {
        const fleet = demoFleet(servers);
        const { pulled, pushed } = splitFleet(fleet, NOW);
        // Of up to 12, only one is calm and has no containers.
        expect(pushed.length).toBe(servers < 5 ? 0 : servers < 13 ? 1 : 2);
        expect(new Set([...pulled.servers, ...pushed])).toEqual(new Set(fleet.servers));
        expect(pulled.servers.length + pushed.length).toBe(servers);
      }),
      { numRuns: 60 },
    );
  });

  it('are calm ones without containers, for what is in trouble is looked at in Prometheus', () => {
    const { pushed } = splitFleet(demoFleet(20), NOW);
    expect(pushed.map(({ name }) => name)).toEqual(['ppdb004', 'ppgen002']);
  });
});

it('a linborg that does not take the past of a server is an error that says why', async () => {
  const door = createServer((_, response) => response.writeHead(403).end('no key'));
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const { pushed } = splitFleet(demoFleet(20), NOW);
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const options = { servers: pushed, url, now: () => NOW, historySeconds: 3600, log: pino({ enabled: false }) };
  await expect(startPushing(options)).rejects.toThrow(CommandError);
  await expect(startPushing(options)).rejects.toThrow('did not take the past of ppdb004: HTTP 403 no key');
  door.close();
});

import { createFleet, type Fleet, type FleetOptions } from '../../src/simulator/fleet.js';
import type { Episode } from '../../src/simulator/scenarios/episode.js';
import type { SimulatedServer } from '../../src/simulator/server/simulatedServer.js';
import { ROW_LENGTH } from '../../src/simulator/step.js';

/** Monday, 1 June 2026, 00:00 UTC: on the grid of steps. */
export const MONDAY = Date.UTC(2026, 5, 1) / 1000;
export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const STEP = 300;

export function fleetOf(options: Partial<FleetOptions> = {}): Fleet {
  return createFleet({ servers: 7, seed: 1, scenariosPerServerWeek: 0.5, ...options });
}

export function serverNamed(fleet: Fleet, name: string): SimulatedServer {
  const server = fleet.servers.find((candidate) => candidate.name === name);
  if (server === undefined) throw new Error(`no ${name} in this fleet`);
  return server;
}

export function rowAt(server: SimulatedServer, at: number): Float64Array {
  const row = new Float64Array(ROW_LENGTH);
  server.writeStep(Math.floor(at / STEP), row);
  return row;
}

/** All scenario episodes of a fleet in a span, without the planned batches. */
export function troublesOf(fleet: Fleet, from: number, until: number): { server: SimulatedServer; episode: Episode }[] {
  return fleet.servers.flatMap((server) =>
    server
      .episodesBetween(from, until)
      .filter((episode) => episode.isIncident)
      .map((episode) => ({ server, episode })),
  );
}

import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/core/flow.js';
import type { Profile } from '../../src/core/profiles.js';
import { fleetBatch } from '../../src/simulator/fleetBatch.js';
import { type Behaviour, behaviourOf } from '../../src/windows/behaviour.js';
import { ProfileNeighbours } from '../../src/windows/nearestProfile.js';
import { WindowStore } from '../../src/windows/store.js';
import { DAY, fleetOf, MONDAY, STEP } from '../simulator/support.js';
import { defaults } from './support.js';

/** Servers of the simulated fleet after two days; the odd ones of each profile stand for servers that nobody knows. */
function simulatedServers(servers: number): { readonly profile: Profile; readonly behaviour: Behaviour }[] {
  const fleet = fleetOf({ servers, scenariosPerServerWeek: 0.5, seed: 11 });
  const store = new WindowStore(defaults);
  const until = (MONDAY + 2 * DAY) / STEP;
  store.ingest(fleetBatch(fleet, until - 2 * 288, until));
  return fleet.servers.map(({ name, profile }) => ({
    profile,
    behaviour: behaviourOf(store.frame(name, until * STEP) as Frame),
  }));
}

describe('the nearest profile', () => {
  const all = simulatedServers(140);
  const known = all.filter((_, i) => i % 4 !== 3);
  const unknown = all.filter((_, i) => i % 4 === 3);

  it('is right for most servers of a simulated fleet, and where it is not sure it says nothing rather than something wrong', () => {
    const neighbours = new ProfileNeighbours(known);
    const found = unknown.map(({ profile, behaviour }) => ({ profile, found: neighbours.profileOf(behaviour) }));
    const decided = found.filter((one) => one.found !== undefined);
    const right = decided.filter((one) => one.found === one.profile);
    expect(decided.length).toBeGreaterThan(0.25 * unknown.length);
    expect(right.length).toBeGreaterThanOrEqual(0.95 * decided.length);
  });

  it('is not told where fewer than two profiles have three known servers', () => {
    const [first] = all;
    const ofOne = all.filter(({ profile }) => profile === first!.profile);
    expect(new ProfileNeighbours(ofOne).profileOf(first!.behaviour)).toBeUndefined();
    const few = [...ofOne, ...all.filter(({ profile }) => profile !== first!.profile).slice(0, 2)];
    expect(new ProfileNeighbours(few).profileOf(first!.behaviour)).toBeUndefined();
    expect(new ProfileNeighbours([]).profileOf(first!.behaviour)).toBeUndefined();
  });

  it('is not told where the known servers cannot be recognised themselves: profiles dealt out by chance', () => {
    const profiles = ['database', 'web_api', 'ml_compute'] as const;
    const dealt = known.map(({ behaviour }, i) => ({ behaviour, profile: profiles[i % 3]! }));
    const neighbours = new ProfileNeighbours(dealt);
    expect(unknown.filter(({ behaviour }) => neighbours.profileOf(behaviour) !== undefined)).toEqual([]);
  });

  it('is not told of a server that behaves like none of them, nor of one with too short a day', () => {
    const neighbours = new ProfileNeighbours(known);
    const odd = all[0]!.behaviour.map((_, i) => (i % 2 ? 99 : 98));
    expect(neighbours.profileOf(odd)).toBeUndefined();
    expect(neighbours.profileOf(all[0]!.behaviour.map(() => Number.NaN))).toBeUndefined();
  });

  it('does not depend on the order of the known servers', () => {
    const forwards = new ProfileNeighbours(known);
    const backwards = new ProfileNeighbours([...known].reverse());
    for (const { behaviour } of unknown) expect(backwards.profileOf(behaviour)).toBe(forwards.profileOf(behaviour));
  });
});

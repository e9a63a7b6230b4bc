import { describe, expect, it } from 'vitest';
import { ServerProfiles } from '../../../src/app/service/serverProfiles.js';
import type { Frame } from '../../../src/core/flow.js';
import { createFleet } from '../../../src/simulator/fleet.js';
import { fleetBatch } from '../../../src/simulator/fleetBatch.js';
import { WindowStore } from '../../../src/windows/store.js';
import { windowKeys } from '../../windows/support.js';

const STEP = 300;
const HOUR = 3600;
const UNTIL = Date.UTC(2026, 5, 3) / 1000;

/** A simulated fleet with names that tell nothing: the first letter is taken by labels. */
function namelessFrames(count: number): { readonly frames: Frame[]; readonly truth: ReadonlyMap<string, string> } {
  const fleet = createFleet({ servers: count, seed: 11, scenariosPerServerWeek: 0.5 });
  const store = new WindowStore(windowKeys.parse({}));
  const batch = fleetBatch(fleet, UNTIL / STEP - 2 * 288, UNTIL / STEP);
  const nameless = new Map(fleet.servers.map(({ name }, i) => [name, `h${i}`]));
  store.ingest({ ...batch, series: batch.series.map((one) => ({ ...one, server: nameless.get(one.server)! })) });
  return {
    frames: store.frames(UNTIL),
    truth: new Map(fleet.servers.map(({ name, profile }) => [nameless.get(name)!, profile])),
  };
}

describe('the profiles of the servers', () => {
  const { frames, truth } = namelessFrames(140);
  /** Three of four are told by a label. */
  const labels = new Map(
    [...truth].filter((_, i) => i % 4 !== 3).map(([server, profile]) => [server, { role: profile }] as const),
  );
  const options = { rules: [], profileLabels: ['role'], fromBehaviour: true };

  it('are those of labels, and of records where no label tells; both can change and be withdrawn', () => {
    const profiles = new ServerProfiles({ ...options, fromBehaviour: false });
    profiles.tellRecord('h1', 'database');
    expect(profiles.decide('h1')).toEqual({ profile: 'database', origin: 'record' });
    profiles.tellLabels('a', new Map([['h1', { role: 'kafka' }]]));
    expect(profiles.decide('h1')).toEqual({ profile: 'data_ingest', origin: 'label' });
    profiles.tellLabels('b', new Map([['h1', { role: 'web', team: 'x' }]]));
    expect(profiles.decide('h1')).toEqual({ profile: 'data_ingest', origin: 'label' });
    profiles.tellLabels('a', new Map());
    expect(profiles.decide('h1')).toEqual({ profile: 'web_api', origin: 'label' });
    profiles.tellLabels('b', new Map());
    profiles.forget('h1');
    expect(profiles.decide('h1')).toEqual({ profile: 'generic', origin: 'none' });
  });

  it('are learnt from behaviour for those that nothing tells, and never change one that is told', async () => {
    const profiles = new ServerProfiles(options);
    profiles.tellLabels('a', labels);
    const before = profiles.dress(frames);
    await profiles.learn(UNTIL, () => before);
    const after = profiles.dress(frames);
    const learned = after.filter(({ profileOrigin }) => profileOrigin === 'behaviour');
    expect(learned.length).toBeGreaterThan(8);
    const right = learned.filter(({ server, profile }) => truth.get(server) === profile);
    expect(right.length).toBeGreaterThanOrEqual(0.95 * learned.length);
    for (const [i, { profile, profileOrigin }] of before.entries())
      if (profileOrigin === 'label') expect(after[i]).toMatchObject({ profile, profileOrigin });
  });

  it('are looked at once an hour, and a learnt one changes when the same was found twice in a row', async () => {
    const profiles = new ServerProfiles(options);
    profiles.tellLabels('a', labels);
    let asked = 0;
    const learn = async (at: number) => {
      await profiles.learn(at, () => {
        asked++;
        return profiles.dress(frames);
      });
    };
    await learn(UNTIL);
    await learn(UNTIL + HOUR - 1);
    expect(asked).toBe(1);
    const [server] = profiles.dress(frames).filter(({ profileOrigin }) => profileOrigin === 'behaviour');
    // Nobody is known any more, so nothing can be learnt.
    profiles.tellLabels('a', new Map());
    await learn(UNTIL + HOUR);
    expect(profiles.decide(server!.server)).toMatchObject({ profile: server!.profile, origin: 'behaviour' });
    await learn(UNTIL + 2 * HOUR);
    expect(profiles.decide(server!.server)).toEqual({ profile: 'generic', origin: 'none' });
  });

  it('are not learnt unless that is asked for', async () => {
    const profiles = new ServerProfiles({ ...options, fromBehaviour: false });
    await profiles.learn(UNTIL, () => expect.unreachable());
  });
});

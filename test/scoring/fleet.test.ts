import { describe, expect, it } from 'vitest';
import type { FleetState } from '../../src/core/fleet.js';
import type { Frame, ServerState } from '../../src/core/flow.js';
import { DEVIATION_LEAD_STEPS, DeviationMemory } from '../../src/scoring/deviations.js';
import { FleetWatch } from '../../src/scoring/fleet.js';
import { flat, frameOf, NEWEST, STEP } from './support.js';

/** A server's disk wait and its callers' sockets go up by so many half-widths, from a bucket on. */
interface Trouble {
  readonly server: string;
  readonly from: number;
  /** The bucket in which it is over; it lasts unless given. */
  readonly until?: number;
  readonly size: number;
  readonly state?: ServerState;
}

const METRICS = ['cpu_iowait_pct', 'back_close_wait'] as const;
const [USUAL, HALF_WIDTH] = [10, 2];

/** Runs a fleet of quiet servers, some of which get into trouble, bucket by bucket. */
function watch(servers: number, troubles: readonly Trouble[], buckets: number): FleetState[] {
  const [memory, fleet] = [new DeviationMemory(), new FleetWatch()];
  const names = Array.from({ length: servers }, (_, i) => `s${i}`);
  return Array.from({ length: buckets }, (_, i) => {
    const newest = NEWEST + i;
    const frames = names.map((server) => frameAt(server, newest, troubles));
    for (const frame of frames) {
      memory.judge(frame);
      memory.remember(
        frame,
        METRICS.map((metric) => flat(metric, USUAL - HALF_WIDTH, USUAL, USUAL + HALF_WIDTH)),
      );
    }
    for (const frame of frames) fleet.judge(frame, memory);
    return fleet.conclude(memory, newest * STEP);
  });
}

function frameAt(server: string, newest: number, troubles: readonly Trouble[]): Frame {
  const trouble = troubles.find((one) => one.server === server);
  const frame = frameOf({ cpu_iowait_pct: 0, back_close_wait: 0 });
  const values = new Float32Array(frame.values.length);
  const isOn = (bucket: number) =>
    trouble !== undefined &&
    bucket >= NEWEST + trouble.from &&
    bucket < NEWEST + (trouble.until ?? Number.POSITIVE_INFINITY);
  // A little unrest of its own, so that quiet servers do not move as one.
  const unrest = (bucket: number) => (((bucket * 7 + server.length * 13 + server.charCodeAt(1) * 5) % 11) - 5) / 10;
  for (let bucket = newest - 40; bucket <= newest; bucket++) {
    const lift = isOn(bucket) ? trouble!.size * HALF_WIDTH : 0;
    for (let row = 0; row < METRICS.length; row++) {
      values[row * frame.capacity + (bucket % frame.capacity)] = USUAL + lift + unrest(bucket);
    }
  }
  return { ...frame, server, newest, values, state: trouble?.state ?? 'ok' };
}

const START = 30;
const spreading = [
  { server: 's4', from: START, size: 6 },
  { server: 's1', from: START + 2, size: 8 },
  { server: 's7', from: START + 4, size: 5 },
];

describe('a fleet', () => {
  it('is not judged before forecasts an hour old exist, and is calm then', () => {
    const states = watch(10, [], 20);
    expect(states[DEVIATION_LEAD_STEPS - 1]).toMatchObject({ judged: 0, stressed: [] });
    expect(states[DEVIATION_LEAD_STEPS]).toMatchObject({ judged: 10, stressed: [] });
    expect(states.at(-1)!.cascade).toBeUndefined();
  });

  it('has a server under stress from the bucket in which it began', () => {
    const { stressed, cascade } = watch(10, spreading.slice(0, 1), START + 3).at(-1)!;
    expect(stressed.map(({ server, since }) => [server, since])).toEqual([['s4', (NEWEST + START) * STEP]]);
    expect(stressed[0]!.stress).toBeGreaterThan(5);
    expect(stressed[0]!.overPeers).toBeGreaterThan(5);
    expect(cascade).toBeUndefined();
  });

  it('that comes under stress server by server has a cascade by the third, with the first as its origin', () => {
    const states = watch(10, spreading, START + 7);
    expect(states[START + 3]!.cascade).toBeUndefined();
    const { cascade } = states[START + 5]!;
    expect(cascade?.members.map(({ server }) => server)).toEqual(['s4', 's1', 's7']);
    expect(cascade!.score).toBeGreaterThan(0.5);
    expect(cascade!.correlation).toBeGreaterThan(0.3);
  });

  it('has one cascade of servers that follow one another by half an hour', () => {
    const slow = spreading.map((trouble, i) => ({ ...trouble, from: START + 6 * i }));
    const { cascade } = watch(10, slow, START + 14).at(-1)!;
    expect(cascade?.members.map(({ server }) => server)).toEqual(['s4', 's1', 's7']);
  });

  it('goes on naming the first of a cascade when that one is well again', () => {
    const recovered = spreading.map((one) => (one.server === 's4' ? { ...one, until: START + 8 } : one));
    const states = watch(10, [...recovered, { server: 's2', from: START + 5, size: 6 }], START + 14);
    const { cascade } = states.at(-1)!;
    expect(cascade!.members.map(({ server }) => server)).not.toContain('s4');
    expect(cascade!.origin).toEqual({ server: 's4', since: (NEWEST + START) * STEP });
  });

  it('takes a server that hurts much less than those after it for no origin', () => {
    const blip = { server: 's8', from: START - 2, size: 3.4 };
    const severe = spreading.map((trouble) => ({ ...trouble, size: 8 }));
    const { cascade } = watch(10, [blip, ...severe], START + 7).at(-1)!;
    expect(cascade!.members[0]!.server).toBe('s8');
    expect(cascade!.origin.server).toBe('s4');
  });

  it('does not name what was well before an hour ago for a cascade of other servers', () => {
    const others = ['s2', 's3', 's5'].map((server, i) => ({ server, from: START + 24 + 2 * i, size: 6 }));
    const first = spreading.map((trouble) => ({ ...trouble, until: START + 8 }));
    const { cascade } = watch(10, [...first, ...others], START + 32).at(-1)!;
    expect(cascade!.origin.server).toBe('s2');
  });

  it('scores a larger cascade higher', () => {
    const more = [...spreading, { server: 's2', from: START + 5, size: 6 }, { server: 's3', from: START + 5, size: 6 }];
    const [three, five] = [spreading, more].map((troubles) => watch(10, troubles, START + 8).at(-1)!.cascade!.score);
    expect(five!).toBeGreaterThan(three!);
  });

  it('has no cascade of servers that come under stress hours apart', () => {
    const apart = spreading.map((trouble, i) => ({ ...trouble, from: START + 12 * i }));
    for (const { cascade } of watch(10, apart, START + 40)) expect(cascade).toBeUndefined();
  });

  it('leaves servers in maintenance out', () => {
    const planned = spreading.map((trouble) => ({ ...trouble, state: 'maintenance' as const }));
    const last = watch(10, planned, START + 7).at(-1)!;
    expect(last).toMatchObject({ judged: 7, stressed: [], cascade: undefined });
  });

  it('is not stressed by one odd sample that is not far out', () => {
    const states = watch(4, [{ server: 's2', from: START, size: 3.4 }], START + 1);
    expect(states.at(-1)!.stressed).toEqual([]);
  });
});

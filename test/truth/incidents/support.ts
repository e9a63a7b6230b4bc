/** A server with one metric, and claims about it, for the tests of promised breaches. */
import type { Frame } from '../../../src/core/flow.js';
import type { BreachClaim } from '../../../src/truth/incidents/claim.js';
import { IncidentLedger } from '../../../src/truth/incidents/incidentLedger.js';
import { frameOf, HOUR, START, STEP_SECONDS } from '../support.js';

export const METRIC = 'mem_used_pct';
export const THRESHOLD = 90;

/** Buckets [from, to) of a server that are over the threshold, counted from START. */
export type Breaches = readonly (readonly [number, number])[];

/** The frame of a server that is at 50 % but for its breaches. */
export function serverWith(breaches: Breaches, newest: number, server = 'a'): Frame {
  const isOver = (i: number) => breaches.some(([from, to]) => i - START >= from && i - START < to);
  return frameOf(server, (i) => (isOver(i) ? 95 : 50), START + newest);
}

/** A claim made at bucket START + origin that says `probability` for every horizon. */
export function claimAt(origin: number, probability: number, served = probability): BreachClaim {
  return {
    metric: METRIC,
    origin: START + origin,
    threshold: THRESHOLD,
    direction: 'above',
    sustainedSteps: 3,
    raw: new Float32Array(4).fill(probability),
    served: new Float32Array(4).fill(served),
  };
}

export function newLedger(change: Partial<ConstructorParameters<typeof IncidentLedger>[0]> = {}): IncidentLedger {
  return new IncidentLedger({ everySteps: HOUR, halfLifeBuckets: 288, maxThresholds: 1000, ...change });
}

export const secondsAt = (bucket: number) => (START + bucket) * STEP_SECONDS;

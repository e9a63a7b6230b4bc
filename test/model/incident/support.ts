import { readFileSync } from 'node:fs';
import { HORIZON_STEPS } from '../../../src/core/flow.js';
import { normal, type Random } from '../../../src/core/random.js';
import { INCIDENT_FEATURES, INCIDENT_SIZE } from '../../../src/model/incident/contract.js';
import type { IncidentCase } from '../../../src/model/incident/features.js';
import { incidentParameters } from '../../../src/model/incident/head.js';
import type { IncidentRows } from '../../../src/model/incident/trainHead.js';
import { DAY_STEPS, HISTORY_STEPS } from '../../../src/model/inputs/contract.js';
import { nameSeed, uniform } from '../golden/goldenCases.js';

export const FEATURES = INCIDENT_FEATURES.length;

/** One case of golden/reference.py: how it is made, and what comes out. */
export interface GoldenIncident {
  readonly name: string;
  readonly level: number;
  readonly swing: number;
  readonly noise: number;
  /** Over the last day, and on. */
  readonly rise?: number;
  readonly gaps: readonly (readonly [number, number])[];
  readonly threshold: number;
  readonly direction: 'above' | 'below';
  readonly features: readonly number[];
  readonly probability: readonly number[];
}

export function readGoldenIncidents(): GoldenIncident[] {
  return JSON.parse(readFileSync(new URL('golden/incident.json', import.meta.url), 'utf8')) as GoldenIncident[];
}

/** The history and forecast of a case, by the formulas of reference.py; `index` is its place. */
export function goldenCase(
  { level, swing, noise, rise = 0, gaps, threshold, direction }: GoldenIncident,
  index: number,
): IncidentCase {
  const seed = index + 1;
  const ramp = (i: number) => (rise * Math.max(i - (HISTORY_STEPS - DAY_STEPS), 0)) / DAY_STEPS;
  const sine = (i: number) => swing * Math.sin((2 * Math.PI * ((i + 48) % DAY_STEPS)) / DAY_STEPS);
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  const line = Float32Array.from({ length: HISTORY_STEPS }, (_, i) =>
    Math.max(rounded(level + sine(i) + noise * uniform(seed, i) + ramp(i)), 0),
  );
  for (const [from, to] of gaps) line.fill(Number.NaN, from, to);
  const steps = Array.from({ length: HORIZON_STEPS }, (_, h) => {
    const middle = level + sine(HISTORY_STEPS + h) + ramp(HISTORY_STEPS + h);
    const low = middle - 3 - 2 * Math.abs(uniform(seed + 1000, h));
    return [low, middle, middle + 3 + 4 * Math.abs(uniform(seed + 2000, h))].map(rounded);
  });
  return { line, forecast: Float32Array.from(steps.flat()), threshold, direction, sustainedSteps: 3 };
}

export function goldenHead(): Map<string, Float32Array> {
  return new Map(
    incidentParameters().map(({ name, shape }) => {
      const seed = nameSeed(name);
      const length = shape.reduce((product, width) => product * width, 1);
      return [name, Float32Array.from({ length }, (_, i) => 0.5 * uniform(seed, i))];
    }),
  );
}

/** Rows whose breach within 8 h is the likelier the larger the first feature; the others are noise. */
export function learnableRows(count: number, random: Random): IncidentRows {
  const features = Float32Array.from({ length: count * FEATURES }, () => 0.5 * normal(random));
  const labels = new Uint8Array(count * INCIDENT_SIZE);
  for (let row = 0; row < count; row++) {
    const hazard = Math.exp(3 * features[row * FEATURES]! - 1);
    for (let k = 0; k < INCIDENT_SIZE; k++) {
      const before = k > 0 && labels[row * INCIDENT_SIZE + k - 1] === 1;
      labels[row * INCIDENT_SIZE + k] = before || random() < 1 - Math.exp(-hazard / INCIDENT_SIZE) ? 1 : 0;
    }
  }
  return { count, features, labels };
}

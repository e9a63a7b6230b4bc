import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../../src/core/random.js';
import { INCIDENT_FEATURES } from '../../../src/model/incident/contract.js';
import { type IncidentCase, writeIncidentFeatures } from '../../../src/model/incident/features.js';
import { HISTORY_STEPS } from '../../../src/model/inputs/contract.js';
import { unrollHistory } from '../../../src/model/inputs/history.js';
import { livelyHistory } from '../support.js';
import { FEATURES, goldenCase, readGoldenIncidents } from './support.js';

const featuresOf = (incident: IncidentCase) => {
  const out = new Float32Array(FEATURES);
  writeIncidentFeatures(incident, out, 0);
  return out;
};
const named = (incident: IncidentCase) => {
  const values = featuresOf(incident);
  return Object.fromEntries(INCIDENT_FEATURES.map((name, i) => [name, values[i]!]));
};
/** A forecast that stays at 50 ± 2. */
const steady = Float32Array.from({ length: 288 }, (_, i) => 48 + 2 * (i % 3));

describe('the features of the head', () => {
  test.each(readGoldenIncidents().map((golden, i) => [golden.name, golden, i] as const))(
    'are those of the reference for "%s"',
    (_, golden, i) => {
      const values = featuresOf(goldenCase(golden, i));
      INCIDENT_FEATURES.forEach((name, k) => {
        expect(Math.abs(values[k]! - golden.features[k]!), name).toBeLessThan(2e-5);
      });
    },
  );

  test('are all described in docs/model.md', () => {
    const page = readFileSync(new URL('../../../docs/model.md', import.meta.url), 'utf8');
    for (const name of INCIDENT_FEATURES) expect(page).toContain(`\`${name}\``);
  });

  test('see a breach only where it lasts', () => {
    const line = new Float32Array(HISTORY_STEPS).fill(50);
    line.fill(99, 1000, 1002);
    line.fill(99, 2200, 2203);
    const incident = { line, forecast: steady, threshold: 90, direction: 'above', sustainedSteps: 3 } as const;
    expect(named(incident)['onsets_week']).toBeCloseTo(Math.log(2) / 3, 6);
    expect(named({ ...incident, sustainedSteps: 2 })['onsets_week']).toBeCloseTo(Math.log(3) / 3, 6);
    expect(named({ ...incident, sustainedSteps: 4 })).toMatchObject({ onsets_week: 0, share_week: 0 });
  });

  test('tell a straight rise, and how soon each level of the forecast is over', () => {
    const line = Float32Array.from({ length: HISTORY_STEPS }, (_, i) => 40 + Math.max(i - 2016, 0) / 10);
    const forecast = Float32Array.from({ length: 288 }, (_, i) => 69 + (Math.floor(i / 3) * (1 + (i % 3))) / 10);
    const incident = { line, forecast, threshold: 75, direction: 'above', sustainedSteps: 3 } as const;
    const { straightness_4h, straightness_24h, arrival_p10, arrival_p50, arrival_p90 } = named(incident);
    expect(straightness_4h).toBeCloseTo(1, 4);
    expect(straightness_24h).toBeCloseTo(1, 4);
    expect([arrival_p10, arrival_p50, arrival_p90]).toEqual([61, 31, 21].map((t) => Math.fround(Math.exp(-t / 48))));
    expect(named({ ...incident, threshold: 200 })).toMatchObject({ arrival_p10: 0, arrival_p50: 0, arrival_p90: 0 });
  });

  test('call nothing straight that is constant or hardly known, as after an outage', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 5 }), (level, known) => {
        const line = new Float32Array(HISTORY_STEPS).fill(level);
        const incident = { line, forecast: steady, threshold: 2e6, direction: 'above', sustainedSteps: 3 } as const;
        expect(Math.abs(named(incident)['straightness_24h']!)).toBeLessThan(0.01);
        line.fill(Number.NaN, 0, HISTORY_STEPS - known);
        for (let i = HISTORY_STEPS - known; i < HISTORY_STEPS; i++) line[i] = i;
        expect(named(incident)).toMatchObject({ straightness_4h: 0, straightness_24h: 0 });
      }),
    );
  });

  test('read nothing of the ring after the newest bucket', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 10, max: HISTORY_STEPS }), (seed, visible) => {
        const random = seededRandom(seed);
        const values = livelyHistory(random, 3000);
        const newest = 3000 + 2500;
        const lineOf = () => {
          const line = new Float32Array(HISTORY_STEPS);
          unrollHistory({ values, offset: 0, capacity: 3000 }, newest, line, visible);
          return line;
        };
        const before = featuresOf({
          line: lineOf(),
          forecast: steady,
          threshold: 60,
          direction: 'above',
          sustainedSteps: 3,
        });
        for (let i = newest + 1; i <= newest + 3000 - visible; i++) values[i % 3000] = 100 * random();
        const after = featuresOf({
          line: lineOf(),
          forecast: steady,
          threshold: 60,
          direction: 'above',
          sustainedSteps: 3,
        });
        expect(after).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  test('of a breach by falling are those of the mirrored series that rises', () => {
    const random = seededRandom(4);
    const line = Float32Array.from({ length: HISTORY_STEPS }, () => 50 + 8 * normal(random));
    const forecast = Float32Array.from({ length: 288 }, (_, i) => 44 + 6 * (i % 3));
    const mirrored = Float32Array.from({ length: 288 }, (_, i) => 100 - forecast[i - (i % 3) + 2 - (i % 3)]!);
    const falling = featuresOf({ line, forecast, threshold: 35, direction: 'below', sustainedSteps: 1 });
    const rising = featuresOf({
      ...{ line: line.map((value) => 100 - value), forecast: mirrored, threshold: 65 },
      ...{ direction: 'above', sustainedSteps: 1 },
    });
    falling.forEach((value, i) => {
      expect(value, INCIDENT_FEATURES[i]!).toBeCloseTo(rising[i]!, 4);
    });
  });
});

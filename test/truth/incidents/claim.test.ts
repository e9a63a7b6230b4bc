import { describe, expect, it } from 'vitest';
import { dueBucket, outcomeOf } from '../../../src/truth/incidents/claim.js';
import { START } from '../support.js';
import { type Breaches, claimAt, METRIC, secondsAt, serverWith } from './support.js';

const HORIZON_1H = 1;

/** What is said of a claim made at bucket 0 for the hour after it. */
function verdict(breaches: Breaches, actedUpon: readonly (readonly [number, number])[] = []) {
  const spans = actedUpon.map(([from, to]) => ({ from: secondsAt(from), to: secondsAt(to) }));
  return outcomeOf(serverWith(breaches, 200), claimAt(0, 0.5), HORIZON_1H, spans);
}

describe('what came of a claim', () => {
  it('is a breach that begins within the horizon and lasts', () => {
    expect(verdict([[12, 15]])).toBe('came');
    expect(verdict([[5, 7]])).toBe('stayed away');
    expect(verdict([[13, 30]])).toBe('stayed away');
    expect(verdict([])).toBe('stayed away');
  });

  it('is known when a breach that begins at the end of the horizon has lasted', () => {
    expect(dueBucket(claimAt(0, 0.5), HORIZON_1H)).toBe(START + 14);
  });

  it('is not known where half of the samples are missing or maintenance is near', () => {
    const frame = serverWith([], 200);
    const row = frame.metrics.indexOf(METRIC);
    for (let i = 1; i <= 7; i++) frame.values[row * frame.capacity + ((START + i) % frame.capacity)] = Number.NaN;
    expect(outcomeOf(frame, claimAt(0, 0.5), HORIZON_1H, [])).toBe('unknown');
    const planned = { ...serverWith([[3, 9]], 200), maintenance: [{ from: secondsAt(10), to: secondsAt(12) }] };
    expect(outcomeOf(planned, claimAt(0, 0.5), HORIZON_1H, [])).toBe('unknown');
  });

  it('is neither a hit nor a false alarm where something was done before anything came', () => {
    expect(verdict([], [[4, 100]])).toBe('mitigated');
    expect(verdict([[8, 12]], [[4, 100]])).toBe('mitigated');
    expect(verdict([[3, 12]], [[6, 102]])).toBe('came');
    expect(verdict([], [[-200, -100]])).toBe('stayed away');
  });
});

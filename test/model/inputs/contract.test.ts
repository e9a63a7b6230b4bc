import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { PROFILES } from '../../../src/core/profiles.js';
import { contractDifference } from '../../../src/model/files/manifest.js';
import {
  BASE_CANDIDATE,
  CANDIDATES,
  inputContract,
  METRIC_CLASSES,
  metricId,
  PROFILE_CLASSES,
  profileId,
} from '../../../src/model/inputs/contract.js';

describe('the input contract', () => {
  test('gives each of the 14 metrics and each profile a row of its own, and all others row 0', () => {
    expect(METRIC_NAMES.map(metricId)).toEqual(METRIC_NAMES.map((_, i) => i + 1));
    expect(Math.max(...METRIC_NAMES.map(metricId))).toBe(METRIC_CLASSES - 1);
    expect(PROFILES.map(profileId)).toEqual(PROFILES.map((_, i) => i + 1));
    expect(Math.max(...PROFILES.map(profileId))).toBe(PROFILE_CLASSES - 1);
    expect([metricId('queue_length'), metricId(''), metricId('constructor'), profileId('toaster')]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test('relates everything to the weekly median with the recent level', () => {
    expect(CANDIDATES[BASE_CANDIDATE]).toBe('median_with_level');
  });

  test('equals itself after a trip through JSON, and any changed entry is named', () => {
    const written = JSON.parse(JSON.stringify(inputContract())) as Record<string, unknown>;
    expect(contractDifference(written)).toBeUndefined();
    for (const key of Object.keys(written)) {
      expect(contractDifference({ ...written, [key]: 'something else' })).toContain(`input.${key} is "something else"`);
      const { [key]: _, ...rest } = written;
      expect(contractDifference(rest)).toContain(`input.${key} is missing`);
    }
  });
});

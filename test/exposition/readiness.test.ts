import { describe, expect, test } from 'vitest';
import { judgeReadiness } from '../../src/exposition/readiness.js';

const totals = { startedAt: 1000, intervalSeconds: 60, succeeded: 0, failed: 0, skipped: 0 };

describe('readiness', () => {
  test('waits for the first cycle, then complains after three intervals', () => {
    expect(judgeReadiness(totals, 1180).kind).toBe('starting');
    expect(judgeReadiness(totals, 1181).kind).toBe('overdue');
  });

  test('says what the first cycle waits for', () => {
    const reading = { ...totals, underWay: 'reading pushed records on disk, 43 %' };
    expect(judgeReadiness(reading, 1090)).toEqual({
      kind: 'starting',
      reason: 'no cycle has succeeded yet, 2 min after the start; reading pushed records on disk, 43 %',
    });
  });

  test('holds for three intervals after a success and ends with the reason of the last failure', () => {
    const later = { ...totals, lastSuccessAt: 5000, succeeded: 7 };
    expect(judgeReadiness(later, 5180)).toEqual({ kind: 'ready' });
    expect(judgeReadiness({ ...later, lastFailure: 'HTTP 503' }, 5240)).toEqual({
      kind: 'overdue',
      reason: 'no cycle has succeeded for 4 min (limit 3 min); the last one failed: HTTP 503',
    });
  });
});

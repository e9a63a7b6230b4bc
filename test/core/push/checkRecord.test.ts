import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../../src/core/metrics.js';
import { createRecordCheck, type RecordFault, type TimeBounds } from '../../../src/core/push/checkRecord.js';
import { describeFaults } from '../../../src/core/push/describeFaults.js';
import { rawRecord, without } from './records.js';

const NOON = Date.UTC(2026, 0, 1, 12) / 1000;
const BOUNDS: TimeBounds = { oldest: NOON - 8 * 86_400, latest: NOON + 300 };

const check = createRecordCheck(new Set());

function faultsOf(raw: unknown, optional: MetricName[] = [], index = 3): readonly RecordFault[] {
  const verdict = createRecordCheck(new Set(optional))(raw, index, BOUNDS);
  return verdict.kind === 'faulty' ? verdict.faults : [];
}

/** The one line that a client gets. */
function errorOf(raw: unknown): string {
  const { errors } = describeFaults(faultsOf(raw));
  expect(errors).toHaveLength(1);
  return errors[0]!;
}

describe('a record', () => {
  it('is good with the fields of the compatible API, its time in seconds', () => {
    expect(check(rawRecord({ profile: 'ML Compute', note: 'ignored' }), 0, BOUNDS)).toEqual({
      kind: 'good',
      isClamped: false,
      record: { ...rawRecord(), timestamp: NOON, profile: 'ml_compute' },
    });
  });

  it('needs no status and no profile, and an unknown profile is none', () => {
    expect(check(without('status'), 0, BOUNDS).kind).toBe('good');
    const verdict = check(rawRecord({ status: null, profile: 'mainframe' }), 0, BOUNDS);
    expect(verdict.kind === 'good' && verdict.record.profile).toBeUndefined();
  });

  it('needs all 14 metrics, but for those that are declared missing', () => {
    expect(faultsOf(without('cpu_iowait_pct'))).toEqual([{ kind: 'missing', index: 3, column: 'cpu_iowait_pct' }]);
    expect(faultsOf(rawRecord({ cpu_iowait_pct: null }))).toHaveLength(1);
    expect(faultsOf(without('cpu_iowait_pct'), ['cpu_iowait_pct'])).toEqual([]);
    expect(faultsOf(rawRecord({ cpu_iowait_pct: null }), ['cpu_iowait_pct'])).toEqual([]);
    expect(faultsOf(rawRecord({ cpu_iowait_pct: 140 }), ['cpu_iowait_pct'])).toHaveLength(1);
  });

  it('older than the window is no fault', () => {
    expect(check(rawRecord({ timestamp: '2025-12-24T12:00:00Z' }), 0, BOUNDS).kind).toBe('good');
    expect(check(rawRecord({ timestamp: '2025-12-24T11:59:59Z' }), 0, BOUNDS)).toEqual({ kind: 'too_old' });
    expect(check(rawRecord({ timestamp: '0001-01-01T00:00:00' }), 0, BOUNDS)).toEqual({ kind: 'too_old' });
  });

  it('may be five minutes ahead and no more', () => {
    expect(check(rawRecord({ timestamp: '2026-01-01T12:05:00' }), 0, BOUNDS).kind).toBe('good');
    expect(errorOf(rawRecord({ timestamp: '2026-01-01T12:05:01' }))).toBe(
      'records[3].timestamp is "2026-01-01T12:05:01"; expected a time up to 2026-01-01T12:05:00.000Z',
    );
    expect(errorOf(rawRecord({ timestamp: '9999-12-31T23:59:59Z' }))).toMatch(/9999.*expected a time up to/);
  });

  it('with an uptime of more than a year is cut to a year, and that is told', () => {
    const verdict = check(rawRecord({ uptime_days: 4000.5 }), 0, BOUNDS);
    expect(verdict).toMatchObject({ kind: 'good', isClamped: true, record: { uptime_days: 365 } });
    expect(errorOf(rawRecord({ uptime_days: -1 }))).toBe('records[3].uptime_days is -1; expected 0–365');
  });
});

describe('what is wrong with a record', () => {
  it.each([
    [{ cpu_user_pct: 140 }, 'records[3].cpu_user_pct is 140; expected 0–100'],
    [{ cpu_user_pct: -0.1 }, 'records[3].cpu_user_pct is -0.1; expected 0–100'],
    [{ cpu_user_pct: '40' }, 'records[3].cpu_user_pct is "40"; expected 0–100'],
    [{ cpu_user_pct: true }, 'records[3].cpu_user_pct is true; expected 0–100'],
    [{ cpu_user_pct: [40] }, 'records[3].cpu_user_pct is [40]; expected 0–100'],
    [{ cpu_user_pct: Number.POSITIVE_INFINITY }, 'records[3].cpu_user_pct is Infinity; expected 0–100'],
    [{ mem_used_pct: Number.NaN }, 'records[3].mem_used_pct is NaN; expected 0–100'],
    [{ back_close_wait: 2.5 }, 'records[3].back_close_wait is 2.5; expected an integer ≥ 0'],
    [{ load_average: -1 }, 'records[3].load_average is -1; expected a number ≥ 0'],
    [{ net_in_mb_s: 'fast' }, 'records[3].net_in_mb_s is "fast"; expected a number ≥ 0 (MB/s)'],
    [
      { timestamp: 1_767_268_800 },
      'records[3].timestamp is 1767268800; expected ISO 8601 such as 2026-01-01T00:00:00Z',
    ],
    [{ timestamp: 'now' }, 'records[3].timestamp is "now"; expected ISO 8601 such as 2026-01-01T00:00:00Z'],
    [{ profile: 7 }, 'records[3].profile is 7; expected text'],
    [{ cpu_iowait_pct: undefined }, "Missing required columns: ['cpu_iowait_pct']"],
    [
      { status: 'unknown' },
      "Invalid status value 'unknown' - must be one of: critical_issue, healthy, heavy_load, idle, maintenance, morning_spike, offline, recovery",
    ],
  ])('%j is told in one line', (fields, line) => {
    expect(errorOf(rawRecord(fields))).toBe(line);
  });

  it.each(['', ' ', 'a\nb', 'a\u0000b', 'a\u007f', '\ud800', 'x'.repeat(256)])('the name %j is refused', (name) => {
    expect(errorOf(rawRecord({ server_name: name }))).toMatch(
      /records\[3\]\.server_name is .*; expected 1–255 characters/,
    );
  });

  it.each(['db "quoted"', 'back\\slash', 'größe', '服务器', '😀', 'x'.repeat(255)])('the name %j is taken', (name) => {
    expect(faultsOf(rawRecord({ server_name: name }))).toEqual([]);
  });

  it('a long value is cut in the message', () => {
    expect(errorOf(rawRecord({ server_name: 'x'.repeat(4000) })).length).toBeLessThan(250);
    expect(errorOf(rawRecord({ status: 'y'.repeat(4000) })).length).toBeLessThan(300);
  });

  it('something that is no object is told as a whole', () => {
    expect(errorOf(5)).toBe('records[3] is 5; expected an object with the fields of a record');
    expect(errorOf(null)).toMatch(/^records\[3\] is null/);
    expect(errorOf([])).toMatch(/^records\[3\] is \[\]/);
  });

  it('is told once for what all records lack, and in detail with where each fault is', () => {
    const faults = [0, 1].flatMap((index) =>
      faultsOf({ ...without('cpu_iowait_pct', 'load_average'), status: 'x' }, [], index),
    );
    const { errors, detail } = describeFaults(faults);
    expect(errors).toEqual([
      "Missing required columns: ['cpu_iowait_pct', 'load_average']",
      expect.stringMatching(/^Invalid status value 'x'/),
    ]);
    expect(detail).toHaveLength(6);
    expect(detail).toContain("records[1]: Missing required columns: ['load_average']");
  });

  it('is told for the first fifty faults, with how many more there are', () => {
    const faults = Array.from({ length: 80 }, (_, index) =>
      faultsOf(rawRecord({ cpu_user_pct: 140 }), [], index),
    ).flat();
    const { errors } = describeFaults(faults);
    expect(errors).toHaveLength(51);
    expect(errors.at(-1)).toBe('… and 30 more');
  });
});

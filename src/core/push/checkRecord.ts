/** One thing that a client sent as a record → the record, or all that is wrong with it. */
import { isoMilliseconds } from '../isoMilliseconds.js';
import { isMetricName, type MetricName, metricSpec } from '../metrics.js';
import {
  EXPECTED_SERVER_NAME,
  EXPECTED_TIMESTAMP,
  expectedValue,
  MAX_UPTIME_DAYS,
  PUSH_STATUSES,
  type PushRecord,
  recordSchema,
} from './record.js';

/** The times that a record may have, epoch seconds. */
export interface TimeBounds {
  /** Older ones have left the window. */
  readonly oldest: number;
  /** Later ones are further ahead than clocks that differ explain. */
  readonly latest: number;
}

export type RecordFault =
  | { readonly kind: 'missing'; readonly index: number; readonly column: string }
  | { readonly kind: 'status'; readonly index: number; readonly value: unknown }
  | {
      readonly kind: 'value';
      readonly index: number;
      /** Undefined for the record as a whole. */
      readonly column?: string;
      readonly value: unknown;
      readonly expected: string;
    };

export type RecordVerdict =
  | { readonly kind: 'good'; readonly record: PushRecord; readonly isClamped: boolean }
  | { readonly kind: 'too_old' }
  | { readonly kind: 'faulty'; readonly faults: readonly RecordFault[] };

/** Judges what stands at `records[index]`. */
export type RecordCheck = (raw: unknown, index: number, bounds: TimeBounds) => RecordVerdict;

/** @param optional  metrics that may be missing, or null */
export function createRecordCheck(optional: ReadonlySet<MetricName>): RecordCheck {
  const schema = recordSchema(optional);
  return (raw, index, bounds) => {
    const result = schema.safeParse(raw);
    if (!result.success) {
      const columns = new Set(result.error.issues.map(({ path }) => path[0] as string | undefined));
      return { kind: 'faulty', faults: [...columns].map((column) => faultOf(raw, index, column)) };
    }
    const record = result.data;
    if (record.timestamp > bounds.latest) return tooEarly(raw, index, bounds);
    if (record.timestamp < bounds.oldest) return { kind: 'too_old' };
    const isClamped = (record.uptime_days ?? 0) > MAX_UPTIME_DAYS;
    return { kind: 'good', record: isClamped ? { ...record, uptime_days: MAX_UPTIME_DAYS } : record, isClamped };
  };
}

function faultOf(raw: unknown, index: number, column: string | undefined): RecordFault {
  if (column === undefined)
    return { kind: 'value', index, value: raw, expected: 'an object with the fields of a record' };
  const value = (raw as Readonly<Record<string, unknown>>)[column];
  if (column === 'status' && typeof value === 'string') return { kind: 'status', index, value };
  if (value === undefined || value === null) return { kind: 'missing', index, column };
  return { kind: 'value', index, column, value, expected: expectationOf(column) };
}

function expectationOf(column: string): string {
  if (isMetricName(column)) return expectedValue(metricSpec(column));
  switch (column) {
    case 'timestamp':
      return EXPECTED_TIMESTAMP;
    case 'server_name':
      return EXPECTED_SERVER_NAME;
    case 'status':
      return `one of ${PUSH_STATUSES.join(', ')}`;
    default:
      return 'text';
  }
}

function tooEarly(raw: unknown, index: number, { latest }: TimeBounds): RecordVerdict {
  const { timestamp: value } = raw as { readonly timestamp: string };
  const expected = `a time up to ${isoMilliseconds(latest)}`;
  return { kind: 'faulty', faults: [{ kind: 'value', index, column: 'timestamp', value, expected }] };
}

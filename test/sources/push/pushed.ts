import { createRecordCheck } from '../../../src/core/push/checkRecord.js';
import type { PushRecord } from '../../../src/core/push/record.js';
import { rawRecord } from '../../core/push/records.js';

const check = createRecordCheck(new Set());
const ALWAYS = { oldest: Number.NEGATIVE_INFINITY, latest: Number.POSITIVE_INFINITY };

/** A record as the book gets it, of the server `a` at noon of the first of January 2026. */
export function pushed(fields: Partial<PushRecord> = {}): PushRecord {
  const verdict = check(rawRecord({ server_name: 'a' }), 0, ALWAYS);
  if (verdict.kind !== 'good') throw new Error(`the record of the tests is ${verdict.kind}`);
  return { ...verdict.record, ...fields };
}

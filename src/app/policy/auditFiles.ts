/** Where the audit log lies: the file that is written, and the full ones before it. */
import { join } from 'node:path';
import { namesIfThere } from '../../files/ifThere.js';

const CURRENT = 'audit.jsonl';
const FULL = /^audit-\d{12}\.jsonl$/;

export function currentAuditFile(folder: string): string {
  return join(folder, CURRENT);
}

/** The name of a full file: with the number of its last entry, so that names sort like entries. */
export function fullAuditFile(folder: string, lastSeq: number): string {
  return join(folder, `audit-${String(lastSeq).padStart(12, '0')}.jsonl`);
}

/** The files that there are, oldest first. Throws where the folder is there and cannot be read. */
export async function listAuditFiles(folder: string): Promise<string[]> {
  const names = await namesIfThere(folder);
  const full = names.filter((name) => FULL.test(name)).sort();
  return [...full, ...names.filter((name) => name === CURRENT)].map((name) => join(folder, name));
}

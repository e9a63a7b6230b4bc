/** Lines of the audit log: JSON, each holding the hash of the one before and, last, its own. */
import { createHash } from 'node:crypto';

/** The end of a chain. */
export interface ChainHead {
  /** Number of its last entry, from 1. */
  readonly seq: number;
  readonly hash: string;
}

export const CHAIN_START: ChainHead = { seq: 0, hash: '0'.repeat(64) };

export interface AuditEntry extends ChainHead {
  readonly prev: string;
  /** Whether its hash is that of its text. */
  readonly isIntact: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
}

const HASH_AT_END = /,"hash":"([0-9a-f]{64})"\}$/;

/** The line of the next entry, without line feed, and the chain's new end. The hash is taken over the text without itself. */
export function chainLine(head: ChainHead, fields: object): { readonly line: string; readonly head: ChainHead } {
  const seq = head.seq + 1;
  const text = JSON.stringify({ seq, prev: head.hash, ...fields });
  const hash = sha256(text);
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}`, head: { seq, hash } };
}

/** A line as an entry; undefined if it is none. */
export function readLine(bytes: Uint8Array): AuditEntry | undefined {
  const line = new TextDecoder().decode(bytes);
  const hash = HASH_AT_END.exec(line)?.[1];
  if (hash === undefined) return undefined;
  const text = `${line.slice(0, -`,"hash":"${hash}"}`.length)}}`;
  const fields = parseObject(text);
  const { seq, prev } = fields ?? {};
  if (fields === undefined || !Number.isInteger(seq) || typeof prev !== 'string') return undefined;
  return { seq: seq as number, prev, hash, isIntact: sha256(text) === hash, fields };
}

/** In hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The lines of a file without their line feeds, and what stands behind the last one. */
export function splitLines(bytes: Uint8Array): { readonly lines: Uint8Array[]; readonly tail: Uint8Array } {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, tail: bytes.subarray(start) };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

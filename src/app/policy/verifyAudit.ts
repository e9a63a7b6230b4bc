/** Whether the chain of an audit log holds. */
import { readFile } from 'node:fs/promises';
import { type AuditEntry, CHAIN_START, type ChainHead, readLine, sha256, splitLines } from './auditChain.js';

export type AuditVerdict =
  | {
      readonly kind: 'holds';
      /** Number of the first entry; 0 without any. */
      readonly first: number;
      readonly head: ChainHead;
      /** Lines that a crash cut short, and that the chain tells of. */
      readonly torn: number;
      /** Bytes behind the last line feed: an entry being written, or cut short by a crash since. */
      readonly unfinishedBytes: number;
    }
  | { readonly kind: 'broken'; readonly file: string; readonly line: number; readonly reason: string };

/** A line that is no entry. */
interface TornLine {
  readonly file: string;
  readonly line: number;
  readonly bytes: Uint8Array;
}

/** Verifies files as one chain, oldest first. Rejects if one cannot be read. */
export async function verifyAudit(files: readonly string[]): Promise<AuditVerdict> {
  const chain = new Chain();
  let unfinishedBytes = 0;
  for (const [index, file] of files.entries()) {
    const { lines, tail } = splitLines(await readFile(file));
    const isLast = index === files.length - 1;
    for (const [i, bytes] of (isLast || tail.length === 0 ? lines : [...lines, tail]).entries()) {
      const reason = chain.add({ file, line: i + 1, bytes });
      if (reason !== undefined) return { kind: 'broken', ...reason };
    }
    if (isLast) unfinishedBytes = tail.length;
  }
  return chain.end(unfinishedBytes);
}

type Fault = { readonly file: string; readonly line: number; readonly reason: string };

class Chain {
  #first = 0;
  #head: ChainHead | undefined;
  #torn = 0;
  /** Waits for the entry that tells of it. */
  #tornLine: TornLine | undefined;

  /** The fault of the line, or of the torn one before it. */
  add(place: TornLine): Fault | undefined {
    const { file, line, bytes } = place;
    const entry = readLine(bytes);
    if (entry === undefined) {
      if (this.#tornLine) return untold(this.#tornLine);
      this.#tornLine = place;
      return undefined;
    }
    if (this.#tornLine && !tellsOf(entry, this.#tornLine)) return untold(this.#tornLine);
    const reason = this.#faultOf(entry);
    if (reason !== undefined) return { file, line, reason };
    if (this.#tornLine) this.#torn++;
    this.#tornLine = undefined;
    if (this.#head === undefined) this.#first = entry.seq;
    this.#head = entry;
    return undefined;
  }

  end(unfinishedBytes: number): AuditVerdict {
    if (this.#tornLine) return { kind: 'broken', ...untold(this.#tornLine) };
    const { seq, hash } = this.#head ?? CHAIN_START;
    return { kind: 'holds', first: this.#first, head: { seq, hash }, torn: this.#torn, unfinishedBytes };
  }

  #faultOf({ seq, prev, isIntact }: AuditEntry): string | undefined {
    if (!isIntact) return `entry ${seq} was changed: its hash is not that of its text`;
    // A file from the middle of a log begins wherever it begins.
    const before = this.#head ?? (seq === 1 ? CHAIN_START : undefined);
    if (before === undefined) return undefined;
    if (seq !== before.seq + 1) return `entry ${seq} stands here; expected entry ${before.seq + 1}`;
    return prev === before.hash
      ? undefined
      : `entry ${seq} does not continue entry ${before.seq}: it names another hash`;
  }
}

function tellsOf({ fields }: AuditEntry, { bytes }: TornLine): boolean {
  return fields['event'] === 'torn_line' && fields['bytes'] === bytes.length && fields['sha256'] === sha256(bytes);
}

function untold({ file, line }: TornLine): Fault {
  return { file, line, reason: 'the line is no entry, and the next one does not say that it was cut short' };
}

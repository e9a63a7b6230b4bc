/** The audit log of a data folder: appended to, never changed, on disk before anything is done. */
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { isoMilliseconds } from '../../core/isoMilliseconds.js';
import { oneAtATime } from '../oneAtATime.js';
import { CHAIN_START, type ChainHead, chainLine, readLine, sha256, splitLines } from './auditChain.js';
import { currentAuditFile, fullAuditFile, listAuditFiles } from './auditFiles.js';

/** Read whole at start and by `audit verify`; some 20,000 entries. */
const FULL_BYTES = 16 * 1024 * 1024;

interface OpenFile {
  readonly handle: FileHandle;
  head: ChainHead;
  bytes: number;
}

export class AuditLog {
  readonly #folder: string;
  readonly #fullBytes: number;
  readonly #clock: () => number;
  #file: OpenFile | undefined;
  readonly #exclusive = oneAtATime();

  /**
   * Nothing is read or made before the first entry.
   * @param clock      epoch seconds now
   * @param fullBytes  a file that is longer is closed, and the chain goes on in the next
   */
  constructor(folder: string, clock: () => number, fullBytes = FULL_BYTES) {
    this.#folder = folder;
    this.#clock = clock;
    this.#fullBytes = fullBytes;
  }

  /** Appends entries in one piece; resolves when they are on disk. Rejects if they may not be: then none of them counts. */
  append(events: readonly object[]): Promise<void> {
    return this.#exclusive(() => this.#append(events));
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#exclusive(async () => {
      await this.#file?.handle.close();
      this.#file = undefined;
    });
  }

  async #append(events: readonly object[]): Promise<void> {
    try {
      this.#file ??= await this.#open();
      await this.#write(this.#file, '', events);
    } catch (cause) {
      // What stands on disk now is not known: the next entry looks.
      await this.#file?.handle.close().catch(() => {});
      this.#file = undefined;
      const reason = (cause as Error).message;
      throw new Error(`the audit log in ${this.#folder} cannot be written (${reason}); make room, or mend its rights`, {
        cause,
      });
    }
    // The entries are on disk and count, whatever becomes of this: a file that cannot be put aside is written to further.
    if (this.#file.bytes > this.#fullBytes) await this.#rotate(this.#file).catch(() => {});
  }

  /** Finds the end of the chain. An entry that a crash cut short stays where it is, and the next one tells of it. */
  async #open(): Promise<OpenFile> {
    await mkdir(this.#folder, { recursive: true });
    const { head, tail } = await findHead(await listAuditFiles(this.#folder));
    const handle = await open(currentAuditFile(this.#folder), 'a', 0o600);
    const file: OpenFile = { handle, head, bytes: (await handle.stat()).size };
    const cutShort = readLine(tail);
    try {
      // All but its line feed had been written.
      if (cutShort?.isIntact) await this.#write({ ...file, head: cutShort }, '\n', []);
      else if (tail.length > 0) {
        const event = {
          at: isoMilliseconds(this.#clock()),
          event: 'torn_line',
          bytes: tail.length,
          sha256: sha256(tail),
        };
        await this.#write(file, '\n', [event]);
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    return cutShort?.isIntact ? { ...file, head: cutShort, bytes: file.bytes + 1 } : file;
  }

  async #write(file: OpenFile, before: string, events: readonly object[]): Promise<void> {
    let { head } = file;
    let text = before;
    for (const event of events) {
      const next = chainLine(head, event);
      text += `${next.line}\n`;
      head = next.head;
    }
    await file.handle.appendFile(text);
    await file.handle.datasync();
    file.head = head;
    file.bytes += Buffer.byteLength(text);
  }

  async #rotate(file: OpenFile): Promise<void> {
    this.#file = undefined;
    await file.handle.close();
    await rename(currentAuditFile(this.#folder), fullAuditFile(this.#folder, file.head.seq));
  }
}

/** The last entry of the files, and the bytes behind the last line feed of the last file. */
async function findHead(files: readonly string[]): Promise<{ head: ChainHead; tail: Uint8Array }> {
  let tail: Uint8Array | undefined;
  for (const file of files.toReversed()) {
    const content = splitLines(await readFile(file));
    tail ??= content.tail;
    for (const line of content.lines.toReversed()) {
      const entry = readLine(line);
      if (entry) return { head: entry, tail };
    }
  }
  return { head: CHAIN_START, tail: tail ?? new Uint8Array() };
}

/** Notices that files of a folder changed; where the system cannot tell, the feeder's poll is what remains. */
import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A log that is written to all the time is read in blocks, not line by line. */
const SETTLE_MILLISECONDS = 200;

export class FolderWatch {
  readonly #watchers: FSWatcher[] = [];
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor(folders: ReadonlySet<string>) {
    for (const folder of folders) {
      try {
        const watcher = watch(folder, () => this.#changed());
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // No such folder yet, or no more watches to be had.
      }
    }
  }

  /** Resolves a moment after something has changed since the last call, or when the signal aborts. */
  async changed(signal: AbortSignal): Promise<void> {
    if (!this.#isChanged && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    if (!signal.aborted) await sleep(SETTLE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    this.#isChanged = false;
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  #changed(): void {
    this.#isChanged = true;
    this.#wake?.();
  }
}

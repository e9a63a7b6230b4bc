/** Signals that end a program, as an AbortSignal. */

/** SIGHUP comes when its terminal goes; what it has started would stay behind. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal that aborts at the first of the signals; `release` gives them back.
 * @param signals  without SIGHUP where that means to read the configuration again
 */
export function interruptSignal(signals: readonly NodeJS.Signals[] = ENDING_SIGNALS): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const name of signals) process.on(name, abort);
  return {
    signal: controller.signal,
    release() {
      for (const name of signals) process.off(name, abort);
    },
  };
}

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

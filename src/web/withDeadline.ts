import { setTimeout as sleep } from 'node:timers/promises';

/** What is promised, or undefined where it takes longer. What comes later is dropped; a failure in time is thrown. */
export async function withDeadline<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const deadline = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(milliseconds, undefined, { signal: deadline.signal }).catch(() => undefined),
    ]);
  } finally {
    deadline.abort();
  }
}

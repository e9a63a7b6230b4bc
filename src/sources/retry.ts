import type { Random } from '../core/random.js';

/** Resolves after that many seconds. */
export type Sleep = (seconds: number) => Promise<void>;

export interface RetryPolicy {
  readonly tries: number;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly isRetryable: (error: unknown) => boolean;
}

const FIRST_BACKOFF_SECONDS = 0.5;

/**
 * The result of `attempt`, tried again while its error is retryable and tries are left. Pauses double from 0.5 s, each
 * shortened by up to half at random so that callers do not come back all at once. Throws the last error.
 */
export async function withRetries<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= policy.tries || !policy.isRetryable(error)) throw error;
      await policy.sleep(FIRST_BACKOFF_SECONDS * 2 ** (tried - 1) * (0.5 + policy.random() / 2));
    }
  }
}

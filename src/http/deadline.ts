/** An end for what may never come to one. */
import { LONGEST_TIMER_SECONDS } from '../core/options.js';

/**
 * Does `work` with a signal that aborts when `stop` does, or after so many seconds with a TimeoutError; its result, or what it throws.
 *
 * Not AbortSignal.any over AbortSignal.timeout: what only the former refers to is collected, and then never fires (Node 20). Nothing of it
 * stays behind at `stop`, which may live for weeks.
 */
export async function withDeadline<T>(
  seconds: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const onStop = () => end.abort(stop.reason);
  const onTime = () => end.abort(new DOMException(`not done within ${seconds} s`, 'TimeoutError'));
  const timer = setTimeout(onTime, 1000 * Math.min(seconds, LONGEST_TIMER_SECONDS));
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    return await work(end.signal);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

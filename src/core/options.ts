/** Building blocks for the `options.ts` of every room: YAML values → checked values in base units. */
import { z } from 'zod';
import { parseDuration } from './duration.js';

/** A duration such as `5m`, decoded to seconds > 0. */
export const durationSeconds = z
  .string({ error: 'expected a duration such as 5m, 1h30m or 8d' })
  .transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds === undefined || seconds <= 0) {
      context.addIssue({
        code: 'custom',
        message: `is ${JSON.stringify(text)}; expected a duration such as 5m, 1h30m or 8d`,
      });
      return z.NEVER;
    }
    return seconds;
  });

/** Timers of Node count milliseconds in 31 bits, 24.8 days: one for longer goes off at once. */
export const LONGEST_TIMER_SECONDS = 24 * 86_400;

/** A duration that is waited for: a timeout, a pause. */
export const timerSeconds = durationSeconds.refine((seconds) => seconds <= LONGEST_TIMER_SECONDS, {
  error: 'is longer than 24d',
});

/** A regular expression, decoded; a faulty one is an error. */
export const regularExpression = z.string({ error: 'expected a regular expression' }).transform((text, context) => {
  try {
    return new RegExp(text);
  } catch (cause) {
    context.addIssue({
      code: 'custom',
      message: `is ${JSON.stringify(text)}; expected a regular expression (${(cause as Error).message})`,
    });
    return z.NEVER;
  }
});

/** Adds what is wrong with an address that carries more than scheme, host and path; `home` is where credentials belong. */
export function checkAddress(home: string): (text: string, context: z.RefinementCtx) => void {
  return (text, context) => {
    // What is no address has its fault already.
    if (!URL.canParse(text)) return;
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
      context.addIssue({ code: 'custom', message: `carries a user or password; put them under ${home} instead` });
    if (url.search !== '' || url.hash !== '')
      context.addIssue({ code: 'custom', message: 'carries a query or fragment; expected scheme, host and path only' });
  };
}

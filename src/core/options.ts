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

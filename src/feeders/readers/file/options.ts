/** The `file:` block of feed.yml. */
import { RE2JS } from 're2js';
import { z } from 'zod';

/** In linear time, since lines come from outside: RE2's dialect, which is Prometheus', with (?P<name>…) or (?<name>…). */
const linePattern = z
  .string({ error: 'expected a regular expression with named groups' })
  .transform((text, context) => {
    const fault = (why: string) => {
      context.addIssue({ code: 'custom', message: `is ${JSON.stringify(text)}; expected ${why}` });
      return z.NEVER;
    };
    try {
      const pattern = RE2JS.compile(text);
      const hasNames = Object.keys(pattern.namedGroups()).length > 0;
      return hasNames ? pattern : fault('named groups, such as (?P<cpu>[0-9.]+)');
    } catch (cause) {
      return fault(`a regular expression of RE2 (${(cause as Error).message})`);
    }
  });

export const fileOptions = z
  .strictObject({
    /** Files, with * and ? in their names; those that end in .gz are read once, from their beginning. */
    paths: z.array(z.string().min(1)).min(1),
    format: z.enum(['json', 'csv', 'regex']).default('json'),
    /** For format regex: the named groups become the fields. */
    pattern: linePattern.optional(),
    delimiter: z.string().length(1).default(','),
    /** For format csv; without it the first line of each file names the columns. */
    columns: z.array(z.string().min(1)).min(1).optional(),
    /** Where reading begins in files that are there at the very first start. */
    start: z.enum(['beginning', 'end']).default('beginning'),
    max_line_bytes: z.int().min(1024).default(1_048_576),
  })
  .refine(({ format, pattern }) => (format === 'regex') === (pattern !== undefined), {
    error: 'expected pattern with format regex, and only there',
  });

export type FileOptions = z.output<typeof fileOptions>;

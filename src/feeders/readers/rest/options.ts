/** The `rest:` block of feed.yml. */
import { z } from 'zod';
import { HTTP_CLIENT_FAULT, hasOneIdentity, httpClientFields } from '../../../core/httpOptions.js';
import { durationSeconds, timerSeconds } from '../../../core/options.js';
import { fieldPath } from '../../mapping/fieldPath.js';
import { TIMESTAMP_FORMATS } from '../../mapping/timestamp.js';

const parameter = z.string().min(1);
const size = { size_param: parameter.optional(), size: z.int().min(1).max(100_000).default(100) };

/** How an answer that does not fit on one page goes on. */
const paging = z.union(
  [
    /** `?page=1&per_page=100`: until a page has fewer records than asked for. */
    z.strictObject({ page_param: parameter, first_page: z.int().min(0).default(1), ...size }),
    /** `?offset=0&limit=100`: likewise. */
    z.strictObject({ offset_param: parameter, ...size }),
    /** The answer names what the next request must say: until it names nothing. */
    z.strictObject({ cursor_param: parameter, next: fieldPath, ...size }),
    /** The header Link with rel="next" (RFC 8288): until there is none. */
    z.strictObject({ link_header: z.literal(true) }),
  ],
  { error: 'expected one of page_param, offset_param, cursor_param with next, and link_header: true' },
);

const watermark = z.strictObject({
  /** The time of a record. */
  field: fieldPath,
  format: z.enum(TIMESTAMP_FORMATS).default('auto'),
  /** What to ask for records from a time on; without it all records are asked for, and those of the time before skipped. */
  param: parameter.optional(),
  param_format: z.enum(['iso', 'seconds', 'milliseconds']).default('iso'),
  /** How far back the very first request goes. */
  start: durationSeconds.prefault('1h'),
  /** Asked for again each time, since records may come in late. */
  overlap: durationSeconds.optional(),
});

export const restOptions = z
  .strictObject({
    url: z
      .url({
        protocol: /^https?$/,
        error: 'expected an http:// or https:// URL such as https://example.org/api/metrics',
      })
      .refine((text) => new URL(text).password === '', {
        error: 'carries a password; put it under basic_auth instead',
      }),
    method: z.enum(['GET', 'POST']).default('GET'),
    /** Sent with POST, as JSON. */
    body: z.string().optional(),
    params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
    ...httpClientFields,
    timeout: timerSeconds.prefault('30s'),
    /** Where in the answer the list of records is; without it the answer is the list, or one record. */
    records: fieldPath.optional(),
    paging: paging.optional(),
    watermark: watermark.optional(),
  })
  .refine(hasOneIdentity, HTTP_CLIENT_FAULT)
  .refine(({ method, body }) => body === undefined || method === 'POST', {
    error: 'expected method: POST for a body',
    path: ['body'],
  });

export type RestOptions = z.output<typeof restOptions>;

export type Paging = NonNullable<RestOptions['paging']>;

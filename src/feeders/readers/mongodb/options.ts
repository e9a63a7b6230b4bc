/** The `mongodb:` block of feed.yml. */
import { z } from 'zod';
import { secret } from '../../../core/httpOptions.js';
import { durationSeconds, timerSeconds } from '../../../core/options.js';

/** How a collection keeps its times; they are compared as they are, so that all of them must be of one kind. */
const TIME_FORMATS = ['date', 'iso', 'seconds', 'milliseconds'] as const;

export const mongodbOptions = z
  .strictObject({
    /** mongodb:// or mongodb+srv://, with user and password. */
    uri: secret.optional(),
    uri_file: z.string().min(1).optional(),
    database: z.string().min(1),
    collection: z.string().min(1),
    /** The field of a document's time, by dots where it lies within others; an index on it is what makes reading cheap. */
    time_field: z
      .string()
      .regex(/^[^$.\0][^\0]*$/, { error: 'expected the name of a field such as timestamp or meta.at' })
      .default('timestamp'),
    time_format: z.enum(TIME_FORMATS).default('date'),
    /** What else documents must meet: a filter of MongoDB, in extended JSON where a type matters. */
    filter: z.record(z.string(), z.unknown()).default({}),
    /** How far back the very first read goes. */
    start: durationSeconds.prefault('1h'),
    /** For one query, and for finding a server that answers it. */
    timeout: timerSeconds.prefault('30s'),
  })
  .refine(({ uri, uri_file: file }) => (uri === undefined) !== (file === undefined), {
    error: 'expected exactly one of uri and uri_file',
  });

export type MongodbOptions = z.output<typeof mongodbOptions>;

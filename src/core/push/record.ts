/** What a client sends to /feed/data: one schema for the validation, for feeders and for the document of the doors. */
import { z } from 'zod';
import { METRICS, type MetricName, type MetricSpec } from '../metrics.js';
import { PROFILE_DISPLAY_NAMES, PROFILES, type Profile } from '../profiles.js';
import { parseTimestamp } from './time.js';

/** What the older daemons' clients say of a server, besides its metrics. */
export const PUSH_STATUSES = [
  'critical_issue',
  'healthy',
  'heavy_load',
  'idle',
  'maintenance',
  'morning_spike',
  'offline',
  'recovery',
] as const;

/** Longest name of a server: that of a host in the DNS, and a little. */
const MAX_NAME_CHARACTERS = 255;
/** Longer uptimes say nothing more. */
export const MAX_UPTIME_DAYS = 365;

/** Control characters and halves of surrogate pairs: no label value in a text of metrics can hold them for a person to see. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** What a field must be, in the words of an error. */
export const EXPECTED_TIMESTAMP = 'ISO 8601 such as 2026-01-01T00:00:00Z';
export const EXPECTED_SERVER_NAME = `1–${MAX_NAME_CHARACTERS} characters without line breaks and other control characters`;

const timestamp = z
  .string()
  .transform((text, context) => {
    const seconds = parseTimestamp(text);
    if (seconds !== undefined) return seconds;
    context.addIssue({ code: 'custom', message: `expected ${EXPECTED_TIMESTAMP}` });
    return z.NEVER;
  })
  .meta({
    description: 'Date and time in ISO 8601; without a zone, UTC. Not more than max_ahead in the future.',
    pattern: '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d([.,]\\d{1,9})?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?$',
    examples: ['2026-01-01T00:00:00Z'],
  });

const serverName = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARACTERS)
  .refine((name) => !UNPRINTABLE.test(name) && name.trim() !== '')
  .meta({
    description: 'The server, without control characters.',
    // As above, in the words that readers of the document in all languages know.
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$',
    examples: ['ppdb001'],
  });

/** A client's word for a profile; what nobody knows is as good as none. */
const profile = z
  .string()
  .nullish()
  .transform(profileNamed)
  .meta({ description: `${PROFILES.join(', ')}, or a display name; any other is ignored.` });

function profileNamed(written: string | null | undefined): Profile | undefined {
  const name = written?.trim().toLowerCase();
  return PROFILES.find((one) => one === name || PROFILE_DISPLAY_NAMES[one].toLowerCase() === name);
}

/** What a metric must be, in the words of an error. */
export function expectedValue({ unit, name }: MetricSpec): string {
  switch (unit) {
    case 'percent':
      return '0–100';
    case 'connections':
      return 'an integer ≥ 0';
    case 'days':
      return `0–${MAX_UPTIME_DAYS}`;
    case 'megabytes_per_second':
    case 'load':
      return `a number ≥ 0${name === 'load_average' ? '' : ' (MB/s)'}`;
  }
}

function valueSchema({ unit }: MetricSpec): z.ZodNumber {
  switch (unit) {
    case 'percent':
      return z.number().min(0).max(100);
    case 'connections':
      return z.int().min(0);
    case 'megabytes_per_second':
    case 'load':
    case 'days':
      return z.number().min(0);
  }
}

type MetricFields = { [metric in MetricName]: z.ZodOptional<z.ZodNullable<z.ZodNumber>> };

/**
 * One record: the state of one server at one moment. Other fields are ignored.
 * @param optional  metrics that may be missing, or null
 */
export function recordSchema(optional: ReadonlySet<MetricName>) {
  const metrics = METRICS.map((spec) => {
    const value = valueSchema(spec);
    const field = optional.has(spec.name) ? value.nullish() : value;
    const more = spec.unit === 'days' ? `; more than ${MAX_UPTIME_DAYS} is taken for ${MAX_UPTIME_DAYS}` : '';
    return [spec.name, field.meta({ description: `${spec.help}; ${expectedValue(spec)}${more}.` })];
  });
  return z
    .object({
      timestamp,
      server_name: serverName,
      status: z.enum(PUSH_STATUSES).nullish(),
      profile,
      // Which of them may be missing is known at run time only.
      ...(Object.fromEntries(metrics) as MetricFields),
    })
    .meta({ description: 'The state of one server at one moment.' });
}

/** A record that is as it should be; `timestamp` in epoch seconds. */
export type PushRecord = z.output<ReturnType<typeof recordSchema>>;

/** `time_intervals` as they stand in an Alertmanager's configuration, decoded. */
import { z } from 'zod';
import type { MinuteRange, NumberRange, TimeInterval } from './timeInterval.js';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** `a` or `a:b`, whose members `read` knows. YAML may have made a number of it. */
function rangeOf(expected: string, read: (member: string) => number | undefined) {
  return z.union([z.string(), z.number()], { error: `expected ${expected}` }).transform((written, context) => {
    const members = String(written)
      .split(':')
      .map((member) => read(member.trim().toLowerCase()));
    const [first, last = first] = members;
    if (members.length <= 2 && first !== undefined && !members.includes(undefined)) return { first, last: last! };
    context.addIssue({ code: 'custom', message: `is ${JSON.stringify(written)}; expected ${expected}` });
    return z.NEVER;
  });
}

const named = (names: readonly string[], from: number) => (member: string) => {
  const index = names.indexOf(member);
  return index < 0 ? undefined : index + from;
};

const wholeNumber = (isValid: (value: number) => boolean) => (member: string) => {
  const value = /^-?\d+$/.test(member) ? Number(member) : Number.NaN;
  return isValid(value) ? value : undefined;
};

const month = (member: string) => named(MONTHS, 1)(member) ?? wholeNumber((n) => n >= 1 && n <= 12)(member);

/** Where no month has any day of the range, it is a slip. */
function isPossible({ first, last }: NumberRange): boolean {
  if (first > 0 === last > 0) return first <= last;
  // Counted from both ends: the longest month decides.
  return first > 0 && first <= 32 + last;
}

const dayOfMonth = rangeOf('days such as 15, 1:7 or -3:-1, without 0 and within 31', (member) =>
  wholeNumber((n) => n !== 0 && Math.abs(n) <= 31)(member),
).refine(isPossible, { error: 'is in no month; expected the earlier day first, such as 1:7, -3:-1 or 25:-1' });

const timeOfDay = z
  .string({ error: 'expected a time such as 02:00, in quotes' })
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    error: 'expected a time such as 02:00, from 00:00 to 24:00',
    abort: true,
  })
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const timeRange = z
  .strictObject({ start_time: timeOfDay, end_time: timeOfDay })
  .refine(({ start_time, end_time }) => start_time !== end_time && start_time < 1440, {
    error:
      'is empty; expected an end_time after the start_time (24:00 for the end of the day) or on the next day, as in 22:00 to 02:00',
  })
  .transform(({ start_time, end_time }): MinuteRange => ({ start: start_time, end: end_time }));

const location = z
  .string({ error: 'expected a time zone such as Europe/Berlin' })
  .transform((name, context) => {
    try {
      // As in Alertmanager, the time zone of this machine.
      const timeZone = name === 'Local' ? undefined : name;
      return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone;
    } catch {
      const message = `is ${JSON.stringify(name)}; expected the IANA name of a time zone, such as Europe/Berlin, UTC or Local`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  })
  .prefault('UTC');

/** One entry of `time_intervals`. */
export const timeIntervalSchema = z
  .strictObject({
    times: z.array(timeRange).prefault([]),
    weekdays: z.array(rangeOf('a weekday such as monday, or monday:friday', named(WEEKDAYS, 0))).prefault([]),
    days_of_month: z.array(dayOfMonth).prefault([]),
    months: z.array(rangeOf('a month such as may, 5 or may:august', month)).prefault([]),
    years: z
      .array(
        rangeOf(
          'a year such as 2030, or 2030:2032',
          wholeNumber((n) => n >= 1970),
        ),
      )
      .prefault([]),
    location,
  })
  .transform(({ days_of_month, ...fields }): TimeInterval => ({ ...fields, daysOfMonth: days_of_month }));

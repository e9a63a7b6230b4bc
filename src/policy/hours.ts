/** When a rule may act: hours of the day, by day of the week, in a time zone. */
import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];

export interface Hours {
  /** Days on which they begin. */
  readonly days: readonly Day[];
  /** Minutes since midnight; from ≤ time < to. `to` ≤ `from`: until the next day. */
  readonly fromMinute: number;
  readonly toMinute: number;
}

const clockTime = z.string().transform((text, context) => {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (minutes <= 24 * 60 && Number(minute) < 60) return minutes;
  context.addIssue({ code: 'custom', message: `is ${JSON.stringify(text)}; expected a time such as 08:30, in quotes` });
  return z.NEVER;
});

export const hoursSchema = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .default([...DAYS]),
    from: clockTime.prefault('00:00'),
    to: clockTime.prefault('24:00'),
  })
  .transform((block): Hours => ({ days: block.days, fromMinute: block.from, toMinute: block.to }));

/** A time zone that this machine knows, e.g. `Europe/Berlin`. */
export const timeZone = z.string().refine(
  (zone) => {
    try {
      return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).format(0) !== '';
    } catch {
      return false;
    }
  },
  { error: 'expected a time zone such as UTC or Europe/Berlin' },
);

/** Tells whether epoch second `at` lies in one of the spans; with none of them it always does. */
export function isWithinHours(hours: readonly Hours[], zone: string, at: number): boolean {
  if (hours.length === 0) return true;
  const { day, minute } = localTime(zone, at);
  const dayBefore = DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length]!;
  return hours.some(({ days, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
    return (days.includes(day) && minute >= fromMinute) || (days.includes(dayBefore) && minute < toMinute);
  });
}

function localTime(zone: string, at: number): { day: Day; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at * 1000).map(({ type, value }) => [type, value]));
  return {
    day: parts.get('weekday')!.toLowerCase() as Day,
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** Recurring time, as Alertmanager's `time_intervals` describe it. */
import { mergeSpans, type TimeSpan } from '../core/timeSpan.js';

/** Both ends belong to it. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Minutes of a day, start ≤ m < end; an end at or before the start lies on the next day. */
export interface MinuteRange {
  readonly start: number;
  readonly end: number;
}

/** A moment matches where every list that is not empty has an entry that matches, on the clock of `location`. */
export interface TimeInterval {
  readonly times: readonly MinuteRange[];
  /** 0 = Sunday; Saturday to Monday goes over the end of the week. */
  readonly weekdays: readonly NumberRange[];
  /** From 1; negative ones count from the end of the month, -1 being its last day. */
  readonly daysOfMonth: readonly NumberRange[];
  /** 1 = January; November to February goes over the end of the year. */
  readonly months: readonly NumberRange[];
  readonly years: readonly NumberRange[];
  /** IANA name of a time zone. */
  readonly location: string;
}

const MINUTE_SECONDS = 60;
const DAY_MINUTES = 1440;
const ALL_DAY: readonly MinuteRange[] = [{ start: 0, end: DAY_MINUTES }];
/** Epoch day 0 was a Thursday. */
const EPOCH_WEEKDAY = 4;
/** Every zone's offset from UTC has been the same throughout each quarter of an hour since 1972. */
const QUARTER_SECONDS = 900;

/**
 * Tells whether epoch second `at` lies in the interval. What runs over midnight belongs to the day that it starts on. Where
 * clocks are put forward, a time that does not exist never matches; where they are put back, one that exists twice does twice.
 */
export function isInInterval(interval: TimeInterval, at: number): boolean {
  const local = at + offsetSeconds(interval.location, at);
  const day = Math.floor(local / (DAY_MINUTES * MINUTE_SECONDS));
  const minute = Math.floor(local / MINUTE_SECONDS) - day * DAY_MINUTES;
  const times = interval.times.length === 0 ? ALL_DAY : interval.times;
  return times.some(({ start, end }) =>
    start < end
      ? start <= minute && minute < end && matchesDay(interval, day)
      : (start <= minute && matchesDay(interval, day)) || (minute < end && matchesDay(interval, day - 1)),
  );
}

/** The time of from ≤ t < to, to the minute, that lies in any of the intervals. */
export function spansOfIntervals(intervals: readonly TimeInterval[], { from, to }: TimeSpan): TimeSpan[] {
  const spans: TimeSpan[] = [];
  const first = Math.floor(from / MINUTE_SECONDS) * MINUTE_SECONDS;
  let start: number | undefined;
  for (let at = first; at < to; at += MINUTE_SECONDS) {
    const isInside = intervals.some((interval) => isInInterval(interval, at));
    if (isInside) start ??= at;
    else if (start !== undefined) {
      spans.push({ from: start, to: at });
      start = undefined;
    }
  }
  if (start !== undefined) spans.push({ from: start, to });
  return mergeSpans(spans);
}

/** @param day  days since 1970-01-01 of a calendar without a time zone */
function matchesDay({ weekdays, daysOfMonth, months, years }: TimeInterval, day: number): boolean {
  const date = new Date(day * DAY_MINUTES * MINUTE_SECONDS * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const has = (ranges: readonly NumberRange[], value: number) =>
    ranges.length === 0 || ranges.some((range) => isWithin(range, value));
  if (!has(weekdays, (((day + EPOCH_WEEKDAY) % 7) + 7) % 7) || !has(months, month) || !has(years, year)) return false;
  if (daysOfMonth.length === 0) return true;
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return daysOfMonth.some((range) => isDayWithin(range, date.getUTCDate(), length));
}

/** A range that ends before it begins goes round. */
function isWithin({ first, last }: NumberRange, value: number): boolean {
  return first <= last ? first <= value && value <= last : value >= first || value <= last;
}

function isDayWithin({ first, last }: NumberRange, day: number, monthLength: number): boolean {
  const place = (one: number) => (one < 0 ? monthLength + one + 1 : one);
  return place(first) <= day && day <= place(last);
}

/** What is known of a zone's clock: the last quarter of an hour that was asked for. */
interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offsetSeconds: number;
}

const zoneClocks = new Map<string, ZoneClock>();

/** Seconds that the clocks of a place are ahead of UTC. */
function offsetSeconds(location: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_SECONDS);
  let clock = zoneClocks.get(location);
  if (clock === undefined) {
    clock = { format: formatOf(location), quarter: Number.NaN, offsetSeconds: 0 };
    zoneClocks.set(location, clock);
  }
  if (clock.quarter !== quarter) {
    clock.quarter = quarter;
    clock.offsetSeconds = localSeconds(clock.format, quarter * QUARTER_SECONDS) - quarter * QUARTER_SECONDS;
  }
  return clock.offsetSeconds;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const numeric = 'numeric';
  const parts = {
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  } as const;
  return new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', hourCycle: 'h23', ...parts });
}

/** What the clocks show at `at`, as if they showed UTC. */
function localSeconds(format: Intl.DateTimeFormat, at: number): number {
  const shown = Object.fromEntries(format.formatToParts(at * 1000).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = shown as Record<string, number>;
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
}

/** Numbers as the report prints them: what could not be measured is a dash, never `NaN`. */
import { describeValue, timeOfDay } from '../../../web/pages/words.js';
import type { Estimate } from './reportData.js';

export const ABSENT = '–';

/** A number that was measured, or nothing yet. */
export type Figure = number | null | undefined;

/** JavaScript's dates end here, in seconds from the epoch. */
const LAST_DATE_SECONDS = 8.64e12;

/** Beyond this, a percentage of a figure would be no number any more. */
const LARGEST_FIGURE = 1e300;

/** Whether there is a number that can be printed. */
export function isMeasured(value: Figure): value is number {
  return typeof value === 'number' && Math.abs(value) <= LARGEST_FIGURE;
}

/** With so many digits after the point. */
export function describeFixed(value: Figure, digits: number): string {
  if (!isMeasured(value)) return ABSENT;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}

/** A score: three digits after the point where two would hide it. */
export function describeScore(value: Figure): string {
  return describeFixed(value, isMeasured(value) && Math.abs(value) < 0.095 ? 3 : 2);
}

/** A whole number with separators, e.g. `12,400`. */
export function describeCount(value: Figure): string {
  return isMeasured(value) ? Math.round(value).toLocaleString('en-US') : ABSENT;
}

/** A count with its noun, e.g. `1 server`, `12 servers`, `3 series`. */
export function describeAmount(value: Figure, one: string, many = `${one}s`): string {
  return `${describeCount(value)} ${value === 1 ? one : many}`;
}

/** A share as a percentage, e.g. `80.3%`. */
export function describeShare(ratio: Figure, digits = 1): string {
  return isMeasured(ratio) ? `${describeFixed(100 * ratio, digits)}%` : ABSENT;
}

/** From here on, a quotient is easier read as a factor than as a percentage. */
const LARGE_QUOTIENT = 10;

/** How far a quotient lies from 1, e.g. `−14%`, `+6.2%`, `±0%`, `× 18`. */
export function describeChange(quotient: Figure): string {
  if (!isMeasured(quotient)) return ABSENT;
  if (quotient >= LARGE_QUOTIENT) return `× ${describeFixed(quotient, 0)}`;
  const size = describeSize(quotient);
  if (Number.parseFloat(size) === 0) return '±0%';
  return `${quotient < 1 ? '−' : '+'}${size}`;
}

/** The same in words: `14% less than`, `6.2% more than`, `as much as`, `18 times as much as`. */
export function describeLessOrMore(quotient: number): string {
  if (quotient >= LARGE_QUOTIENT) return `${describeFixed(quotient, 0)} times as much as`;
  const size = describeSize(quotient);
  if (Number.parseFloat(size) === 0) return 'as much as';
  return `${size} ${quotient < 1 ? 'less than' : 'more than'}`;
}

/** Distance of a quotient from 1 in percent: one digit after the point below 10. */
function describeSize(quotient: number): string {
  const size = Math.abs(quotient - 1) * 100;
  return `${size.toFixed(size < 9.95 ? 1 : 0)}%`;
}

/** The interval of an estimate, e.g. `0.61–0.70`; empty where there is none. */
export function describeInterval(estimate: Estimate | null | undefined, describe: (value: number) => string): string {
  if (!estimate || !isMeasured(estimate.low) || !isMeasured(estimate.high)) return '';
  return `${describe(estimate.low)} to ${describe(estimate.high)}`;
}

/** A metric's value with its unit; a dash where there is none. */
export function describeMeasured(metric: string, value: Figure): string {
  return isMeasured(value) ? describeValue(metric, value) : ABSENT;
}

/** Date and minute in UTC, e.g. `Mon 2026-01-05 12:00`. */
export function describeMinute(at: Figure): string {
  if (!isDate(at)) return ABSENT;
  const date = new Date(at * 1000);
  const day = date.toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' });
  return `${day} ${date.toISOString().slice(0, 16).replace('T', ' ')}`;
}

/** Time of day in UTC, e.g. `12:00`. */
export function describeClock(at: number): string {
  return isDate(at) ? timeOfDay(at) : ABSENT;
}

/** Whether epoch seconds lie where JavaScript's dates do. */
export function isDate(at: Figure): at is number {
  return isMeasured(at) && Math.abs(at) <= LAST_DATE_SECONDS;
}

/** A moment in ISO 8601 as `describeMinute` prints it; other text stays as it is. */
export function describeMoment(text: string): string {
  const at = Date.parse(text) / 1000;
  return isDate(at) ? `${describeMinute(at)} UTC` : text;
}

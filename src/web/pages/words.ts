/** Figures as people read them. */
import { describeDuration } from '../../core/duration.js';
import type { RiskColor, ServerState } from '../../core/flow.js';
import { METRICS, type MetricUnit, unitSuffix } from '../../core/metrics.js';

export const RISK_WORDS: Readonly<Record<RiskColor, string>> = { red: 'high', yellow: 'elevated', green: 'low' };

export const STATE_WORDS: Readonly<Record<ServerState, string>> = {
  ok: 'ok',
  warming: 'warming up',
  stale: 'stale: no fresh samples, so no risk',
  gaps: 'gaps in its samples',
  maintenance: 'maintenance',
};

const UNIT_WORDS: Readonly<Record<MetricUnit, string>> = {
  percent: '%',
  megabytes_per_second: ' MB/s',
  connections: '',
  load: '',
  days: ' d',
};

/** What the metric is, in one line; empty for an extra metric. */
export function metricHelp(metric: string): string {
  return METRICS.find(({ name }) => name === metric)?.help ?? '';
}

/** A value with its unit and about three digits, e.g. `91.2%`. */
export function describeValue(metric: string, value: number): string {
  return `${describeNumber(value)}${unitSign(metric)}`;
}

/** What stands behind a value, e.g. `%` or ` MB/s`; may be empty. */
export function unitSign(metric: string): string {
  const unit = METRICS.find(({ name }) => name === metric)?.unit;
  return unit ? UNIT_WORDS[unit] : unitSuffix(metric).replace(' %', '%');
}

/** By digits after the point; to make one takes a hundred times as long as to use it. */
const NUMBER_FORMATS = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat('en-US', { maximumFractionDigits: digits }));

/** About three digits: 0.042, 3.14, 91.2, 1,234. */
export function describeNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return NUMBER_FORMATS[digits]!.format(value);
}

/** A ratio as a percentage: `<1%`, `12%`, `>99%`; exact 0 and 1 stay. */
export function describeRatio(ratio: number): string {
  const percent = 100 * ratio;
  if (percent > 0 && percent < 1) return '<1%';
  if (percent > 99 && percent < 100) return '>99%';
  return `${Math.round(percent)}%`;
}

/** A horizon as in the label `horizon`, for people: `30m` → `30 min`. */
export function describeHorizon(name: string): string {
  return name.replace('m', ' min').replace('h', ' h');
}

/** `1 server`, `1,234 servers`. */
export function describeCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `now` or `in 1 h 50 min`. */
export function describeUntil(seconds: number): string {
  return seconds <= 0 ? 'now' : `in ${describeDuration(seconds)}`;
}

/** Time of day in UTC, e.g. `14:05`. */
export function timeOfDay(at: number): string {
  return new Date(at * 1000).toISOString().slice(11, 16);
}

/** Time of day with its zone, e.g. `14:05 UTC`. */
export function describeClock(at: number): string {
  return `${timeOfDay(at)} UTC`;
}

/** Date and time in UTC, e.g. `2026-01-05 12:02:31 UTC`. */
export function dateAndTime(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** How long ago, e.g. `12 s ago`. */
export function describeAge(seconds: number): string {
  return seconds < 60 ? `${Math.max(0, Math.round(seconds))} s ago` : `${describeDuration(seconds)} ago`;
}

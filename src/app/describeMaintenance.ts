/** What `check config` says of the maintenance windows: when each is next, so that a slip shows before a night without alerts. */
import type { TimeSpan } from '../core/timeSpan.js';
import type { MaintenanceWindow } from '../windows/options.js';
import { spansOfIntervals } from '../windows/timeInterval.js';

const DAY_SECONDS = 86_400;
/** Far enough for every schedule that is not bound to years. */
const SEARCHED_DAYS = 366;

/** One line per window, as of epoch second `at`. */
export function describeMaintenance(windows: readonly MaintenanceWindow[], at: number): string[] {
  return windows.map(
    (window) => `maintenance ${window.name}, servers ${window.servers.written}: ${describeTime(window, at)}`,
  );
}

function describeTime({ when }: MaintenanceWindow, at: number): string {
  switch (when.kind) {
    case 'expression':
      return `while ${when.expr} names them`;
    case 'once':
      return when.span.to <= at ? `over since ${isoMinute(when.span.to)}` : describeSpan(when.span, at);
    case 'recurring': {
      const span = nextSpan((range) => spansOfIntervals(when.intervals, range), at);
      return span === undefined ? `not within ${SEARCHED_DAYS} days` : describeSpan(span, at);
    }
  }
}

/** Searched day by day; a span that goes on for longer than a day is told up to where it was searched. */
function nextSpan(spansIn: (range: TimeSpan) => readonly TimeSpan[], at: number): TimeSpan | undefined {
  const from = Math.floor(at / 60) * 60;
  for (let day = 0; day < SEARCHED_DAYS; day++) {
    const [found] = spansIn({ from: from + day * DAY_SECONDS, to: from + (day + 1) * DAY_SECONDS });
    if (found !== undefined) return spansIn({ from: found.from, to: found.from + 8 * DAY_SECONDS })[0];
  }
  return undefined;
}

function describeSpan({ from, to }: TimeSpan, at: number): string {
  return `${from <= at ? 'now' : isoMinute(from)} to ${isoMinute(to)}`;
}

function isoMinute(at: number): string {
  return new Date(at * 1000).toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
}

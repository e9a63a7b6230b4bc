import { expect, test } from 'vitest';
import type { Forecast, Frame } from '../../src/core/flow.js';
import { defaultRisk, flat, frameOf, line } from './support.js';

const reasonOf = (frame: Frame, forecast: Forecast) => defaultRisk(frame, [forecast])!.contributions[0]!.reason;

test('a rise is told with the time of each level and its pace', () => {
  const frame = frameOf({ mem_used_pct: (age) => 91.2 - (4.1 / 12) * Math.min(age, 60) });
  const reason = reasonOf(frame, line('mem_used_pct', 91.2, 3.8 / 22, 3.8 / 8 - 3.8 / 22));
  expect(reason).toBe(
    'mem_used_pct 91.2 % reaches 95 % in 1 h 50 min (p90 40 min, p10 not within 8 h); +4.1 points/h over the last 3 h',
  );
});

test('what only the unlucky path reaches is called possible', () => {
  const reason = reasonOf(frameOf({ disk_usage_pct: 85 }), line('disk_usage_pct', 85, 0, 0.1));
  expect(reason).toBe('disk_usage_pct 85 % may reach 90 % in 4 h 10 min (p90; p50 not within 8 h)');
});

test('what no level reaches is told as a chance', () => {
  const reason = reasonOf(frameOf({ mem_used_pct: 91 }), flat('mem_used_pct', 90, 91, 93));
  expect(reason).toBe('mem_used_pct 91 % reaches 95 % within the forecast with a chance of 11 %');
});

test('a metric that is breached from below is told by its p10', () => {
  const reason = reasonOf(frameOf({ cpu_idle_pct: 25 }), line('cpu_idle_pct', 25, -0.4, 0.1));
  expect(reason).toBe('cpu_idle_pct 25 % reaches 5 % in 4 h 10 min (p10 3 h 20 min, p90 5 h 33 min)');
  expect(reasonOf(frameOf({ cpu_idle_pct: 2 }), flat('cpu_idle_pct', 1, 2, 3))).toBe(
    'cpu_idle_pct 2 % is at or under 5 % now',
  );
});

test('a limit from the own history says so', () => {
  const reason = reasonOf(frameOf({ load_average: 5 }), line('load_average', 5, 0.25, 0.05));
  expect(reason).toBe('load_average 5 reaches 15 (3 × its own p99) in 3 h 20 min (p90 2 h 47 min, p10 4 h 10 min)');
});

test('a trend is told of metrics in any unit, and not where half of the samples are missing', () => {
  const rising = (age: number) => 60 - age;
  const contributionOf = (frame: Frame, forecast: Forecast) => defaultRisk(frame, [forecast])!.contributions[0]!;
  const known = contributionOf(frameOf({ swap_used_pct: rising }), flat('swap_used_pct', 60, 60, 60));
  expect(known.trendPerHour).toBeCloseTo(12, 6);
  const gaps = frameOf({ swap_used_pct: (age) => (age > 0 && age < 25 ? Number.NaN : rising(age)) });
  const unknown = contributionOf(gaps, flat('swap_used_pct', 60, 60, 60));
  expect(unknown.trendPerHour).toBeUndefined();
  expect(unknown.reason).toBe('swap_used_pct 60 % is at or over 25 % now');
});

import { expect, it } from 'vitest';
import { unknownMetric, unknownServer } from '../../../src/app/show/unknown.js';

it('an unknown server is said with the one that was meant and with ten that there are', () => {
  const names = Array.from({ length: 12 }, (_, index) => `web${String(12 - index).padStart(2, '0')}`);
  expect(unknownServer('wbe07', names)).toBe(
    'no server wbe07 in what the sources have; did you mean web07? They have web01, web02, web03, web04, web05, web06, web07, web08, web09, web10 and 2 more',
  );
  expect(unknownServer('elsewhere', ['web01'])).toBe('no server elsewhere in what the sources have; they have web01');
});

it('where there is no server at all, it is said what to ask next', () => {
  expect(unknownServer('web01', [])).toBe(
    'no server web01: the sources have no server at all; linborg check mappings says what they answer',
  );
});

it('an unknown metric is said with those that the server has', () => {
  expect(unknownMetric('web01', 'mem_usd_pct', ['uptime_days', 'mem_used_pct'])).toBe(
    'web01 has no mem_usd_pct; did you mean mem_used_pct? It has mem_used_pct, uptime_days',
  );
});

import { expect, test } from 'vitest';
import { upperBound } from '../../src/core/metrics.js';

test.each([
  ['mem_used_pct', 100],
  ['http_errors_ratio', 1],
  ['queue_depth', Number.POSITIVE_INFINITY],
  ['latency_seconds', Number.POSITIVE_INFINITY],
])('the name %s bounds its values by %s', (metric, bound) => {
  expect(upperBound(metric)).toBe(bound);
});

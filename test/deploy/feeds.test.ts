import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFeed } from '../../src/app/feed/loadFeed.js';
import { FEED_KINDS } from '../../src/feeders/options.js';

const EXAMPLES = readdirSync('deploy/feeds');

describe('the examples of feeds', () => {
  test('are one for each system', () => {
    expect(EXAMPLES.map((name) => basename(name, '.yml')).sort()).toEqual([...FEED_KINDS].sort());
  });

  test.each(EXAMPLES)(
    '%s is a feed that has the block it is named after, and a state folder that the unit gives it',
    async (name) => {
      const kind = basename(name, '.yml');
      const { options, mapping } = await loadFeed(`deploy/feeds/${name}`);
      expect(options).toHaveProperty(kind);
      expect(options.state_dir).toBe(`/var/lib/linborg-feed-${kind}`);
      expect(mapping.metrics.size).toBeGreaterThan(8);
    },
  );
});

test('the unit of feeders runs the kind that it is started for, and can write where the examples keep their state', () => {
  const unit = readFileSync('deploy/linborg-feed@.service', 'utf8');
  expect(unit).toMatch(/^ExecStart=\S+ \S+linborg\.js feed %i --config \/etc\/linborg\/feed-%i\.yml --live$/m);
  expect(unit).toMatch(/^StateDirectory=linborg-feed-%i$/m);
});

import { describe, expect, test } from 'vitest';
import { windowKeys } from './support.js';

test('an empty object gives eight days of five minutes', () => {
  expect(windowKeys.parse({})).toEqual({
    stepSeconds: 300,
    historySeconds: 691_200,
    staleAfterSeconds: 900,
    forgetAfterSeconds: 691_200,
    minHistorySeconds: 7200,
    maxServers: 20_000,
    maxAheadSeconds: 300,
    profiles: [],
    profilesFromBehaviour: false,
  });
});

test('a profile rule is decoded into a regular expression', () => {
  const { profiles } = windowKeys.parse({ profiles: [{ match: '^ppdb', profile: 'database' }] });
  expect(profiles).toEqual([{ match: /^ppdb/, profile: 'database' }]);
});

describe('a fault names its key', () => {
  test.each([
    [{ step: '5 min' }, 'step', /expected a duration/],
    [{ step: '7m' }, 'history', /multiple of step/],
    [{ history: '12h' }, 'history', /at least 1d/],
    [{ step: '1h', history: '1d' }, 'history', /24 buckets; expected at least 48/],
    [{ step: '5s' }, 'history', /at most 65535/],
    [{ min_history: '9d' }, 'min_history', /longer than history/],
    [{ forget_after: '5m' }, 'forget_after', /shorter than stale_after/],
    [{ profiles: [{ match: '(', profile: 'database' }] }, 'profiles', /regular expression/],
    [{ profiles: [{ match: 'a', profile: 'databse' }] }, 'profiles', /database/],
  ])('%j', (input, key, message) => {
    const issue = windowKeys.safeParse(input).error!.issues[0]!;
    expect(issue.path[0]).toBe(key);
    expect(issue.message).toMatch(message);
  });

  test('an unknown key is refused', () => {
    expect(windowKeys.safeParse({ histroy: '8d' }).error!.issues[0]).toMatchObject({ keys: ['histroy'] });
  });
});

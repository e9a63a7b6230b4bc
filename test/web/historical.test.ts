import { expect, test } from 'vitest';
import type {
  HistoryDoors,
  HistoryQueries,
  HistoryReading,
  HistorySeries,
} from '../../src/exposition/historical/history.js';
import { AT } from '../exposition/fleet.js';
import { startServer } from './running.js';

/** The past of so many servers, each at risk at all moments of half an hour. */
function historyOf(servers: number): HistoryDoors {
  const series = Array.from({ length: servers }, (_, i): HistorySeries => {
    const times = Array.from({ length: 31 }, (_, k) => AT - 1800 + 60 * k);
    return { labels: { server: `server-${i}`, profile: 'generic' }, times, values: times.map(() => 70) };
  });
  return {
    selector: () => '',
    read: async <Name extends string>(queries: HistoryQueries<Name>): Promise<HistoryReading<Name>> => {
      const names = Object.keys(queries) as Name[];
      const answers = Object.fromEntries(names.map((name) => [name, series])) as Record<Name, HistorySeries[]>;
      return { kind: 'read', answers };
    },
  };
}

test('alerts of the past are cut at a thousand, and say so', async () => {
  const url = await startServer({ history: historyOf(1001) });
  const answer = await (await fetch(`${url}/historical/alerts?time_range=30m`)).json();
  expect(answer).toMatchObject({ count: 1000, truncated: true });
});

test('what would hold up everybody else is refused, with what to ask for instead', async () => {
  const url = await startServer({ history: historyOf(3300) });
  const answer = await fetch(`${url}/historical/export/servers?time_range=30m`);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({
    errors: [
      'time_range: it has 102300 samples, the limit is 100000; ask for a range with fewer moments, or for one server at /historical/server/NAME',
    ],
  });
});

test('the past wants the key and has a limit of its own', async () => {
  const web = { api_key: 'sesame', rate_limits: { historical_per_minute: 1 } };
  const url = await startServer({ history: historyOf(1), web });
  expect((await fetch(`${url}/historical/alerts`)).status).toBe(401);
  const headers = { 'X-API-Key': 'sesame' };
  expect((await fetch(`${url}/historical/alerts`, { headers })).status).toBe(200);
  expect((await fetch(`${url}/historical/summary`, { headers })).status).toBe(429);
  expect((await fetch(`${url}/alerts`, { headers })).status).toBe(200);
});

import { describe, expect, test } from 'vitest';
import { servicesAnswer } from '../../src/exposition/answers/services.js';
import type { QueryView } from '../../src/exposition/state.js';
import {
  AT,
  makeFleet,
  makeForecast,
  makeFrame,
  makeRisk,
  makeServer,
  makeSubject,
  ORIGIN,
} from '../exposition/fleet.js';
import { type Setting, startServer } from './running.js';

const HOUR = 3600;

function query(metric: string, subjects?: readonly string[], failure?: string): QueryView {
  const url = 'http://localhost:9090';
  return {
    ...{ source: `prometheus ${url}`, metric, alternative: 'celery', expr: `max(${metric})`, page: `${url}/graph` },
    servers: subjects?.length ?? 3,
    failure,
    ...(subjects && { subjects }),
  };
}

async function summary(setting: Setting) {
  const url = await startServer(setting);
  const answer = await fetch(`${url}/api/v1/services/summary`);
  expect(answer.status).toBe(200);
  return servicesAnswer.parse(await answer.json());
}

const withSubjects = (...subjects: ReturnType<typeof makeSubject>[]) => ({ ...makeFleet(), servers: subjects });

describe('/api/v1/services/summary', () => {
  test('tells value, unit, trend against the hour before, forecast in an hour, and where each comes from', async () => {
    const frame = makeFrame('mail', { metrics: { queue_depth: (time) => 400 + (time - ORIGIN) / 36 } });
    const mail = { frame, forecasts: [makeForecast('mail', 'queue_depth', (step) => 400 + step)] };
    const { services, count } = await summary({
      view: withSubjects(mail),
      queries: [query('queue_depth', ['mail', 'video']), query('queue_depth', ['video']), query('mem_used_pct')],
    });
    expect(count).toBe(1);
    expect(services).toEqual([
      {
        ...{ name: 'mail', state: 'ok', risk_score: null },
        figures: [
          {
            // 300 an hour before; the hour ahead of 12:02 ends in the bucket of 13:00.
            ...{ metric: 'queue_depth', value: 400, unit: 'count', trend_pct: 33.3333 },
            forecast: { time: '2026-01-05T13:02:00Z', p10: 410, p50: 412, p90: 414 },
            sources: [
              {
                ...{ name: 'prometheus http://localhost:9090', target: 'celery', query: 'max(queue_depth)' },
                page: 'http://localhost:9090/graph',
              },
            ],
          },
        ],
      },
    ]);
  });

  test('makes nothing up: no trend from nothing or from 0, no forecast where there is none, no figure that is silent', async () => {
    const metrics = {
      young_rate: (time: number) => (time > ORIGIN - HOUR ? 3 : Number.NaN),
      woken_rate: (time: number) => (time > ORIGIN - HOUR ? 3 : 0),
      silent_rate: (time: number) => (time < ORIGIN - HOUR ? 3 : Number.NaN),
      late_seconds: (time: number) => (time < ORIGIN - 900 ? 2 : Number.NaN),
    };
    const { services } = await summary({ view: withSubjects({ frame: makeFrame('w', { metrics }), forecasts: [] }) });
    const known = { forecast: null, sources: [] };
    expect(services[0]!.figures).toEqual([
      { metric: 'young_rate', value: 3, unit: 'per_second', trend_pct: null, ...known },
      { metric: 'woken_rate', value: 3, unit: 'per_second', trend_pct: null, ...known },
      { metric: 'late_seconds', value: 2, unit: 'seconds', trend_pct: 0, ...known },
    ]);
  });

  test('has no figures that linborg makes of itself', async () => {
    const frame = makeFrame('linborg', { metrics: { linborg_mase: () => 0.7, linborg_lag_seconds: () => 2 } });
    const { services } = await summary({ view: withSubjects({ frame, forecasts: [] }) });
    expect(services[0]!.figures.map(({ metric }) => metric)).toEqual(['linborg_lag_seconds']);
  });

  test('and the status page show the same trend', async () => {
    const frame = makeFrame('mail', { metrics: { queue_depth: (time) => 400 + (time - ORIGIN) / 36 } });
    const url = await startServer({ view: withSubjects({ frame, forecasts: [] }) });
    expect(await (await fetch(url)).text()).toMatch(/400<div class="small muted">\+33% in 1 h<\/div>/);
  });

  test('and its page says of a subject without a threshold why it has no risk, and no profile', async () => {
    const { risk: _, ...mail } = makeSubject('mail');
    const url = await startServer({ view: withSubjects(mail) });
    const page = await (await fetch(`${url}/servers/mail`)).text();
    expect(page).toContain('<h2>No risk is shown</h2><p>nothing of it has a threshold.</p>');
    expect(page).toContain('no server: what extra targets are about');
    expect(page).not.toContain('Generic');
  });

  test('has what joins a server, and nothing of servers without extra targets', async () => {
    const joined = makeServer('web1', 40, { metrics: { fd_used_ratio: () => 0.5 } });
    const { services } = await summary({ view: withSubjects(joined, makeServer('web2', 40)) });
    expect(services).toMatchObject([
      { name: 'web1', risk_score: 40, figures: [{ metric: 'fd_used_ratio', value: 0.5, unit: 'ratio' }] },
    ]);
    expect(services[0]!.figures).toHaveLength(1);
  });

  test('withdraws the forecast and the risk of what went stale', async () => {
    const subject = makeSubject('mail');
    const stale = { ...subject, frame: { ...subject.frame, state: 'stale' as const }, risk: makeRisk('mail', 80) };
    const { services } = await summary({ view: withSubjects(stale) });
    expect(services).toMatchObject([{ state: 'stale', risk_score: null, figures: [{ forecast: null }] }]);
  });

  test('says which targets bring nothing, and why', async () => {
    const queries = [query('queue_depth', []), query('cpu_cores', [], 'HTTP 422 of the query'), query('load_average')];
    const { silent } = await summary({ queries });
    expect(silent.map(({ metric, message }) => [metric, message])).toEqual([
      ['queue_depth', 'the query is answered with nothing'],
      ['cpu_cores', 'HTTP 422 of the query'],
    ]);
  });

  test('says why there is nothing before the first cycle, and when the last one is too old', async () => {
    const early = await summary({ view: undefined, totals: { startedAt: AT - 10 } });
    expect(early).toMatchObject({
      services: [],
      error: 'insufficient_data',
      message: expect.stringContaining('no cycle has succeeded yet'),
    });
    const late = await summary({ view: withSubjects(makeSubject('mail')), now: () => AT + HOUR });
    expect(late).toMatchObject({ services: [], error: 'insufficient_data' });
  });

  test('wants the key', async () => {
    const url = await startServer({ web: { api_key: 'secret' } });
    expect((await fetch(`${url}/api/v1/services/summary`)).status).toBe(401);
    const answer = await fetch(`${url}/api/v1/services/summary`, { headers: { 'X-API-Key': 'secret' } });
    expect(answer.status).toBe(200);
  });
});

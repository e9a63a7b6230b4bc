import { describe, expect, test } from 'vitest';
import type { ExplainAnswer } from '../../src/exposition/explain.js';
import { makeExplanation } from '../exposition/explanation.js';
import { type Setting, startServer } from './running.js';

const explained = (server: string): ExplainAnswer => ({ kind: 'explained', explanation: makeExplanation(server) });

/** Notes which servers are asked about. */
function setting(answer: (server: string) => ExplainAnswer | Promise<ExplainAnswer> = explained, web = {}) {
  const asked: string[] = [];
  const explain = {
    async explain(server: string) {
      asked.push(server);
      return answer(server);
    },
  };
  return { asked, setting: { explain, web } satisfies Setting };
}

describe('/explain/NAME', () => {
  test('has the fields of the older daemons, and more', async () => {
    const { setting: door } = setting();
    const response = await fetch(`${await startServer(door)}/explain/ppdb-1`);
    expect(response.status).toBe(200);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      server_name: 'ppdb-1',
      profile: 'Database',
      prediction: { risk_score: 72, alert_level: 'warning', color: 'red', color_since: '2026-01-05T11:32:00Z' },
      shap: {
        method: 'exact_shapley',
        top_features: [
          { feature: 'mem_used_pct', importance: 0.75, stars: '★★★★☆', points: 54 },
          { feature: 'cpu_iowait_pct', importance: 0.25, stars: '★☆☆☆☆', points: 18 },
        ],
      },
      attention: {
        focus_periods: [{ metric: 'mem_used_pct', period: '20-24 h ago', attention: 0.5, times_even: 3 }],
        analysis: 'mem_used_pct: of the attention on the past, 50 % on 20–24 h ago (3.0 times an even share)',
      },
      counterfactuals: [
        {
          scenario: 'mem_used_pct falls by 15 points, from 91 % to 76 % (for the last 4 h)',
          impact: -31,
          recommendation: 'mem_used_pct at 76 % would take the risk from red to yellow (72 → 41)',
          changes: [{ metric: 'mem_used_pct', from: 91, to: 76 }],
          ...{ risk_before: 72, risk_after: 41, color_after: 'yellow', incident_probability_8h_after: 0.3 },
        },
      ],
      timestamp: '2026-01-05T12:02:00Z',
    });
    expect(body['reasons']).toMatchObject([
      {
        ...{ metric: 'mem_used_pct', points: 54, current: 91, threshold: 95, breached: false, trend_per_hour: 2.25 },
        reason: 'mem_used_pct 91 reaches 95 in 1 h 50 min (p50)',
        seconds_to_threshold: { p10: null, p50: 6600, p90: 3300 },
        served_by: { default: 0.6, line_4h: 0.4 },
      },
      { metric: 'cpu_iowait_pct', current: null, breached: true, seconds_to_threshold: null, trend_per_hour: null },
    ]);
    expect(body['variable_selection']).toMatchObject([
      { metric: 'mem_used_pct', past: { residual: 0.75, value: 0.25 }, static: { figures: 1 }, future: { trend: 1 } },
    ]);
  });

  test('of an unknown server is a 404 with the closest names, and nobody is asked', async () => {
    const { asked, setting: door } = setting();
    const response = await fetch(`${await startServer(door)}/explain/ppdb-2`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ detail: 'unknown server "ppdb-2"', closest: ['ppdb-1', 'ppweb-2'] });
    expect(asked).toEqual([]);
  });

  test('of a server without a risk says why there is none', async () => {
    const { asked, setting: door } = setting();
    const url = await startServer(door);
    expect(await (await fetch(`${url}/explain/ppml-7`)).json()).toMatchObject({
      error: 'insufficient_data',
      server_name: 'ppml-7',
      state: 'warming',
    });
    expect(asked).toEqual([]);
  });

  test('says when to come back where it cannot be told now', async () => {
    for (const answer of [{ kind: 'busy', message: 'the model is busy' }, { kind: 'unscored' }] as const) {
      const { setting: door } = setting(() => answer);
      const response = await fetch(`${await startServer(door)}/explain/ppdb-1`);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(await response.json()).toHaveProperty('detail');
    }
  });

  test('is a matter of the API key and has a rate limit of its own', async () => {
    const { setting: door } = setting(explained, { api_key: 'sesame', rate_limits: { explain_per_minute: 2 } });
    const url = await startServer(door);
    expect((await fetch(`${url}/explain/ppdb-1`)).status).toBe(401);
    const headers = { 'x-api-key': 'sesame' };
    const statuses = [];
    for (const path of ['/explain/ppdb-1', '/explain/ppweb-2', '/explain/ppdb-1', '/predictions/ppdb-1']) {
      statuses.push((await fetch(url + path, { headers })).status);
    }
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  test('is withdrawn when no cycle has succeeded for three intervals', async () => {
    const { setting: door } = setting();
    const url = await startServer({ ...door, now: () => Date.UTC(2026, 0, 5, 12, 30) / 1000 });
    expect(await (await fetch(`${url}/explain/ppdb-1`)).json()).toMatchObject({ error: 'insufficient_data' });
  });
});

describe('the page of a server', () => {
  const read = async (door: Setting, server = 'ppdb-1') =>
    (await fetch(`${await startServer(door)}/servers/${server}`)).text();

  test('shows what would change the risk and what the model looked at', async () => {
    const page = await read(setting().setting);
    expect(page).toContain('mem_used_pct falls by 15 points, from 91 % to 76 % (for the last 4 h)');
    expect(page).toContain(
      '<span class="pill red" title="high">72</span> → <span class="pill yellow" title="elevated">41</span>',
    );
    expect(page).toContain('75% residual');
    expect(page).toContain('60% default');
    expect(page).toContain('most on 20–24 h ago: 50%');
    expect(page).toContain('<a href="/explain/ppdb-1">as JSON</a>');
  });

  test('is shown without them where they cannot be told now, or take too long', async () => {
    const busy = await read(setting(() => ({ kind: 'busy', message: 'a worker <died>' })).setting);
    expect(busy).toContain('What would change the risk cannot be told yet: a worker &lt;died&gt;.');
    let letGo = () => {};
    const waiting = new Promise<ExplainAnswer>((resolve) => {
      letGo = () => resolve(explained('ppdb-1'));
    });
    const late = await read(setting(() => waiting).setting);
    expect(late).toContain(
      'cannot be told yet: the model is being asked. <a href="/servers/ppdb-1#why">Load again</a>',
    );
    letGo();
  });

  test('has no such part for a server without a risk, or where nobody can tell', async () => {
    const { asked, setting: door } = setting();
    expect(await read(door, 'ppml-7')).not.toContain('id="why"');
    expect(asked).toEqual([]);
    expect(await read({})).not.toContain('id="why"');
  });
});

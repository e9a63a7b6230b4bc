import { describe, expect, test } from 'vitest';
import { action, actionsOf } from './doors.js';
import { startServer } from './running.js';

const post = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, { method: 'POST', ...init });
  return { status: response.status, body: (await response.json()) as unknown };
};

describe('the doors of the policy', () => {
  test('tell what waits, what was decided, and what came of it', async () => {
    const url = await startServer({ actions: actionsOf() });
    const body = (await (await fetch(`${url}/actions`)).json()) as unknown;
    const finding = {
      kind: 'threshold_predicted',
      metric: 'mem_used_pct',
      probability: 0.9,
      horizon_seconds: 3600,
      score: 80.1235,
      reason: 'mem_used_pct 91.2 reaches 95 in 50 min',
    };
    expect(body).toMatchObject({
      dry_run: false,
      unsafe: null,
      pending: [{ id: action.id, rule: 'restart-leaking', action: 'restart', server: 'ppweb001', finding }],
      decisions: [
        { decision: 'denied', reason: 'cooldown', message: 'in words', delivery: null },
        { decision: 'allowed', reason: null, message: 'executor answered 200', delivery: 'delivered' },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('hunter');
  });

  test('take a yes and a no, with the name of who says it', async () => {
    const actions = actionsOf();
    const url = await startServer({ actions });
    const door = (id: string, answer: string) => `${url}/admin/actions/${id}/${answer}`;
    expect(await post(door(action.id, 'approve'), { body: '{"by": "ada"}' })).toEqual({
      status: 200,
      body: { status: 'success', message: 'it is being handed over' },
    });
    expect((await post(door(action.id, 'deny'))).status).toBe(200);
    expect(await post(door('late', 'approve'))).toMatchObject({ status: 409, body: { detail: 'cooldown: in words' } });
    expect(await post(door('x', 'approve'))).toEqual({
      status: 404,
      body: { detail: 'no such action waits', pending: [action.id] },
    });
    expect(actions.asked.slice(0, 2)).toEqual([
      ['approve', action.id, 'ada'],
      ['deny', action.id, ''],
    ]);
    for (const body of ['{', '{"by": 7}', JSON.stringify({ by: 'x'.repeat(201) })]) {
      expect((await post(door(action.id, 'deny'), { body })).status).toBe(422);
    }
    expect((await fetch(door(action.id, 'approve'))).status).toBe(405);
    expect(actions.asked).toHaveLength(4);
  });

  test('want the key where there is one, and take nothing from pages of other sites', async () => {
    const actions = actionsOf();
    const url = await startServer({ actions, web: { api_key: 'secret' } });
    expect((await fetch(`${url}/actions`)).status).toBe(401);
    expect((await post(`${url}/admin/actions/${action.id}/approve`)).status).toBe(401);
    const headers = { 'X-API-Key': 'secret', Origin: 'https://evil.example' };
    expect((await post(`${url}/admin/actions/${action.id}/approve`, { headers })).status).toBe(403);
    expect(actions.asked).toEqual([]);
  });

  test('are not there without a policy', async () => {
    expect((await fetch(`${await startServer()}/actions`)).status).toBe(404);
  });
});

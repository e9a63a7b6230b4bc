import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { learningOf } from './doors.js';
import { startServer } from './running.js';

async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
}

const post = (url: string, init: RequestInit = {}) => ask(url, { method: 'POST', ...init });

describe('the doors of the model', () => {
  test('list the models, and tell which one serves', async () => {
    const url = await startServer({ learning: learningOf() });
    expect((await ask(`${url}/admin/models`)).body).toEqual({
      models: [
        {
          name: 'default',
          path: 'models/default',
          created: '2026-01-01T00:00:00Z',
          size_mb: 1.23,
          is_current: true,
          is_configured: true,
        },
        {
          name: '20260102T120000Z',
          path: 'data/models/20260102T120000Z',
          created: '2026-01-02T12:10:00Z',
          size_mb: 1,
          is_current: false,
          is_configured: false,
        },
      ],
      count: 2,
    });
    expect((await ask(`${url}/admin/model-info`)).body).toMatchObject({
      model_loaded: true,
      name: 'default',
      parameters: 121_934,
      size_mb: 1.23,
      is_configured: true,
      trial: { model: 'default', role: 'former', gain: -0.0213, samples: 4711 },
    });
  });

  test('tell how far a training is, and how the others went', async () => {
    const url = await startServer({ learning: learningOf() });
    expect((await ask(`${url}/admin/training-status`)).body).toMatchObject({
      training_active: true,
      training_id: '20260105T120000Z',
      progress: { epoch: 5, total_epochs: 10, percent: 46, eta_minutes: 6 },
      last_training: { outcome: 'promoted' },
    });
    expect((await ask(`${url}/admin/training-stats`)).body).toMatchObject({
      total_trainings: 2,
      outcomes: { failed: 1, promoted: 1 },
      mean_duration_minutes: 55,
      trainings: [{ training_id: '20260101T120000Z', outcome: 'failed', message: 'in words' }, {}],
    });
  });

  test('say null and not a number where nothing is known yet', async () => {
    const learning = learningOf({ training: () => undefined, trial: () => undefined, records: () => [] });
    const url = await startServer({ learning });
    expect((await ask(`${url}/admin/training-status`)).body).toMatchObject({
      training_active: false,
      training_id: null,
      progress: null,
      trial: null,
      last_training: null,
    });
    expect((await ask(`${url}/admin/training-stats`)).body).toMatchObject({
      total_trainings: 0,
      mean_duration_minutes: null,
    });
  });

  test('start and cancel a training and load a model, by POST only', async () => {
    const learning = learningOf();
    const url = await startServer({ learning });
    expect(await post(`${url}/admin/trigger-training`)).toEqual({
      status: 200,
      body: { status: 'success', message: 'it was done', training_id: '20260105T120000Z' },
    });
    await post(`${url}/admin/cancel-training`);
    await post(`${url}/admin/reload-model`);
    await post(`${url}/admin/reload-model?model=a`);
    await post(`${url}/admin/reload-model`, { body: '{"model": "b"}' });
    expect(learning.asked).toEqual(['trigger', 'cancel', undefined, 'a', 'b']);
    expect((await fetch(`${url}/admin/trigger-training`)).status).toBe(405);
    for (const body of ['{', '{"model": 7}']) {
      expect(await post(`${url}/admin/reload-model`, { body })).toMatchObject({
        status: 422,
        body: { status: 'error' },
      });
    }
    expect(learning.asked).toHaveLength(5);
  });

  test('answer 409 to what does not fit, and 404 with the names to an unknown model', async () => {
    const learning = learningOf({
      trigger: async () => ({ kind: 'refused', message: 'one is under way' }),
      load: async () => ({ kind: 'unknown', message: 'no model is called "x"', known: ['default'] }),
    });
    const url = await startServer({ learning });
    expect(await post(`${url}/admin/trigger-training`)).toMatchObject({
      status: 409,
      body: { detail: 'one is under way' },
    });
    const unknown = { status: 404, body: { detail: 'no model is called "x"', models: ['default'] } };
    expect(await post(`${url}/admin/reload-model?model=x`)).toEqual(unknown);
  });

  test('want the key where there is one', async () => {
    const learning = learningOf();
    const url = await startServer({ learning, web: { api_key: 'secret' } });
    expect((await post(`${url}/admin/trigger-training`)).status).toBe(401);
    expect((await ask(`${url}/admin/models`, { headers: { 'X-API-Key': 'wrong' } })).status).toBe(403);
    expect((await post(`${url}/admin/trigger-training`, { headers: { 'X-API-Key': 'secret' } })).status).toBe(200);
    expect(learning.asked).toEqual(['trigger']);
  });

  test('take no request that a page of another site made a browser send', async () => {
    const learning = learningOf();
    const url = await startServer({ learning });
    const statusOf = async (headers: Record<string, string>) => {
      // A browser sets these itself, and so fetch lets nobody else do it.
      const sent = request(`${url}/admin/cancel-training`, { method: 'POST', headers }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]) {
      expect(await statusOf(headers), JSON.stringify(headers)).toBe(403);
    }
    expect(await statusOf({ Origin: url, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    expect(learning.asked).toEqual(['cancel']);
  });

  test('refuse a body of brackets before it costs the parser its time', async () => {
    const url = await startServer({ learning: learningOf() });
    const answer = await ask(`${url}/admin/reload-model`, { method: 'POST', body: '['.repeat(5_000_000) });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: ['the body is no JSON (it is nested more than 16 deep)'] });
  });

  test('are limited per minute on their own', async () => {
    const url = await startServer({ learning: learningOf(), web: { rate_limits: { admin_per_minute: 2 } } });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask(`${url}/admin/models`)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('are not there without learning', async () => {
    expect((await fetch(`${await startServer()}/admin/models`)).status).toBe(404);
  });
});

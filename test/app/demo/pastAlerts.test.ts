import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { pastAlerts } from '../../../src/app/demo/pastAlerts.js';

let server: Server | undefined;
afterEach(() => server?.close());

const RULE = {
  ...{ name: 'ServerAtRisk', query: 'risk > 70', duration: 120, keepFiringFor: 60 },
  labels: { severity: 'warning' },
};

/** Has one alert, whose expression holds for server `a` at these moments. */
async function startPrometheus(moments: readonly number[]): Promise<string> {
  const values = moments.map((at) => [at, '80']);
  const answers = {
    rules: { groups: [{ rules: [RULE] }] },
    query_range: { result: [{ metric: { __name__: 'risk', server: 'a' }, values }] },
  };
  server = createServer((request, response) => {
    const [, door] = /^\/api\/v1\/(rules|query_range)\?/.exec(request.url!) ?? [];
    response.end(JSON.stringify({ data: answers[door as keyof typeof answers] }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const span = { from: 0, until: 600, everySeconds: 60, signal: new AbortController().signal };

test('an alert of the past fires when its expression has held for long enough, and a while after', async () => {
  const url = await startPrometheus([60, 120, 180, 240]);
  const series = await pastAlerts({ ...span, url });
  expect(series).toEqual([
    {
      labels: { __name__: 'ALERTS', alertname: 'ServerAtRisk', alertstate: 'firing', severity: 'warning', server: 'a' },
      times: Float64Array.of(180, 240, 300),
      values: Float64Array.of(1, 1, 1),
      goneAt: [360],
    },
  ]);
});

test('one that still fires at the end of the past is told up to there', async () => {
  const url = await startPrometheus([420, 480, 540, 600]);
  const [firing] = await pastAlerts({ ...span, until: 605, url });
  expect(firing).toMatchObject({ times: Float64Array.of(540, 600), goneAt: [605] });
});

test('one that held too short has no series', async () => {
  expect(await pastAlerts({ ...span, url: await startPrometheus([60, 120, 300, 360]) })).toEqual([]);
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { recordPastRules } from '../../../src/app/demo/pastRules.js';
import { goneAfter } from '../../../src/app/demo/rangeQuery.js';
import type { WriteSeries } from '../../../src/simulator/writeRequest.js';

let server: Server | undefined;
afterEach(() => server?.close());

const span = { from: 0, until: 60, everySeconds: 60, signal: new AbortController().signal };

const MISSED = '{"status":"error","errorType":"execution","error":"cannot populate chunk 1 from block 0: not found"}';

/** Has one rule; refuses the first ranges that it is asked for. */
async function startPrometheus(refusals: number): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  server = createServer((request, response) => {
    if (request.url?.startsWith('/api/v1/rules')) {
      response.end(JSON.stringify({ data: { groups: [{ rules: [{ name: 'fleet:up:sum', query: 'sum(up)' }] }] } }));
    } else if (asked++ < refusals) {
      response.writeHead(422).end(MISSED);
    } else {
      response.end(JSON.stringify({ data: { result: [{ metric: {}, values: [[60, '3']] }] } }));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

test('a rule that Prometheus cannot evaluate while it compacts is asked for again', async () => {
  const { url, asked } = await startPrometheus(1);
  const written: WriteSeries[] = [];
  const write = async (series: readonly WriteSeries[]) => void written.push(...series);
  expect(await recordPastRules({ ...span, url, write })).toBe(1);
  expect(written).toEqual([
    { labels: { __name__: 'fleet:up:sum' }, times: Float64Array.of(60), values: Float64Array.of(3), goneAt: [] },
  ]);
  expect(asked()).toBe(2);
});

test('what a rule gave is gone where it gave nothing, and where the past ends', () => {
  const within = { ...span, url: '', until: 500 };
  expect(goneAfter([60, 120, 240, 300], within)).toEqual([180, 360]);
  expect(goneAfter([420, 480], within)).toEqual([500]);
  // The rule itself goes on from there.
  expect(goneAfter([440, 500], within)).toEqual([]);
});

test('one that it refuses for good ends it with what Prometheus says', async () => {
  const { url } = await startPrometheus(Number.POSITIVE_INFINITY);
  const write = async () => {};
  await expect(recordPastRules({ ...span, url, write })).rejects.toThrow(/HTTP 422 .*cannot populate chunk/);
});

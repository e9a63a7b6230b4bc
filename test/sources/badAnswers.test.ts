import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackError } from '../../src/core/errors.js';
import { createClient } from '../../src/sources/client.js';
import { createPrometheusSource } from '../../src/sources/prometheus.js';
import type { Source } from '../../src/sources/source.js';
import { type Asked, json, type LyingServer, refuse, startLyingServer, truthAt } from './fixtures/lyingServer.js';
import { freePort } from './fixtures/realPrometheus.js';
import { collect, optionsOf, packOf, surroundings } from './fixtures/support.js';

const HOUR = 3600;
const PARTIAL = Math.floor(Date.now() / 300_000) * 300;
const NOW = PARTIAL + 100;
const PACK = packOf('name: one\nmetrics:\n  load_average:\n    - name: only\n      expr: x{$selector}\n', 'one.yml');

const isRange = ({ path }: Asked) => path.endsWith('/query_range');

describe('a Prometheus that lies or limps', () => {
  let server: LyingServer;
  let source: Source | undefined;
  let pauses: number[];

  beforeEach(async () => {
    server = await startLyingServer();
    pauses = [];
  });

  afterEach(async () => {
    source?.close();
    await server.stop();
  });

  async function open(written: Record<string, unknown> = {}): Promise<Source> {
    source = await createPrometheusSource(optionsOf({ url: server.url, ...written }), PACK, surroundings(pauses));
    return source;
  }

  /** One hour of history under a lie about range queries, and what became of it. */
  async function historyUnder(lie: (asked: Asked, response: ServerResponse) => boolean, seconds = HOUR) {
    server.lie = (asked, response) => isRange(asked) && lie(asked, response);
    return collect((await open()).history(NOW, seconds));
  }

  const failureText = ({ summary }: Awaited<ReturnType<typeof historyUnder>>) => summary.failures[0]?.error.message;

  it('is read without a word when it behaves', async () => {
    const { summary, values } = await historyUnder(() => false);
    expect(summary).toMatchObject({ failures: [], queriesFailed: 0, servers: 2, skewSeconds: 0 });
    expect(summary.outage).toBeUndefined();
    expect(values.get('a load_average')?.get(PARTIAL - 300)).toBe(truthAt(PARTIAL));
    expect(values.get('b load_average')?.get(PARTIAL)).toBe(7);
  });

  it('is read with a timeout of any number of milliseconds', async () => {
    const { summary } = await collect((await open({ timeout: '32s1ms' })).history(NOW, HOUR));
    expect(summary).toMatchObject({ failures: [], queriesFailed: 0, servers: 2 });
  });

  it('that is not there is an outage, told with address and reason', async () => {
    const port = await freePort();
    const { summary } = await collect((await open({ url: `http://127.0.0.1:${port}` })).history(NOW, HOUR));
    expect(summary.outage?.message).toBe(
      `prometheus http://127.0.0.1:${port} cannot be read (http://127.0.0.1:${port} cannot be reached (connect ECONNREFUSED 127.0.0.1:${port}))`,
    );
    expect(summary).toMatchObject({ queries: 3, queriesFailed: 3, samples: 0 });
  });

  it('that fails twice and then answers is asked three times, with growing jittered pauses', async () => {
    let asks = 0;
    const { summary, values } = await historyUnder((_, response) => ++asks <= 2 && refuse(response, 503, 'x', 'busy'));
    expect(summary.failures).toEqual([]);
    expect(summary.queriesFailed).toBe(2);
    expect(values.get('a load_average')?.size).toBe(13);
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeGreaterThanOrEqual(0.25);
    expect(pauses[0]).toBeLessThan(0.5);
    expect(pauses[1]).toBeGreaterThanOrEqual(0.5);
    expect(pauses[1]).toBeLessThan(1);
  });

  it('that keeps answering 500 fails that query after 3 tries and keeps the rest', async () => {
    const result = await historyUnder((_, response) => refuse(response, 500, 'internal', 'disk on fire'));
    expect(failureText(result)).toBe(
      `query for load_average ("only") failed after 3 tries (HTTP 500 from ${server.url}: disk on fire)`,
    );
    expect(result.summary.failures[0]).toMatchObject({ from: PARTIAL - HOUR, to: PARTIAL - 300 });
    expect(result.values.get('a load_average')?.get(PARTIAL), 'the partial bucket came').toBe(7);
  });

  it('is asked again in the next increments for what failed', async () => {
    await historyUnder((_, response) => refuse(response, 500, 'internal', 'disk on fire'));
    server.lie = () => false;
    const { values, summary } = await collect(source!.increment(PARTIAL - 300, NOW + 30));
    expect(summary.failures).toEqual([]);
    expect([...values.get('a load_average')!.keys()].sort()[0]).toBe(PARTIAL - HOUR);
    expect(values.get('a load_average')?.size).toBe(13);
  });

  it('that answers HTML is told apart from one that fails', async () => {
    const result = await historyUnder((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>Sign in</body></html>');
      return true;
    });
    expect(failureText(result)).toContain('the answer is HTML ("<html><body>Sign in</body></html>"); check the url');
  });

  it('that cuts its JSON short is told with the place', async () => {
    const result = await historyUnder((_, response) => {
      response.writeHead(200).end('{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"inst');
      return true;
    });
    expect(failureText(result)).toMatch(/the answer is broken JSON \(.+\), 76 characters/);
  });

  it('that breaks the connection in the middle of an answer is a failed query', async () => {
    const result = await historyUnder((_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"status":"success"', () => response.destroy());
      return true;
    });
    expect(failureText(result)).toMatch(/failed after 3 tries .*cannot be reached/);
  });

  const series = (values: unknown, more: object = { metric: { instance: 'a' } }) => ({
    resultType: 'matrix',
    result: [{ ...more, values }],
  });
  it.each([
    ['a scalar where points are expected', { resultType: 'scalar', result: [1, '1'] }, 'times outside those asked for'],
    ['a string', { resultType: 'string', result: [1, 'x'] }, 'resultType "string"'],
    ['no result', { resultType: 'matrix', result: null }, 'a result of type object'],
    ['no data', 5, 'no data'],
    ['numbers for strings', series([[PARTIAL, 1]]), 'expected [time, "value"]'],
    ['strings for times', series([[String(PARTIAL), '1']]), 'expected [time, "value"]'],
    ['a word for a number', series([[PARTIAL, 'many']]), 'the value "many"'],
    [
      'times that run backwards',
      series([
        [PARTIAL, '1'],
        [PARTIAL - 300, '1'],
      ]),
      'times that do not ascend',
    ],
    ['times off the grid', series([[PARTIAL - 1, '1']]), 'times outside those asked for'],
    ['times not asked for', series([[PARTIAL + 300, '1']]), 'times outside those asked for'],
    ['a series without labels', series([[PARTIAL, '1']], {}), 'a series without labels'],
    ['native histograms', { resultType: 'matrix', result: [{ metric: {}, histograms: [] }] }, 'native histograms'],
  ])('that answers with %s is not believed', async (_, data, reason) => {
    const result = await historyUnder((_asked, response) => json(response, 200, { status: 'success', data }));
    expect(failureText(result)).toContain(reason);
    expect([...result.values.get('a load_average')!.keys()]).toEqual([PARTIAL]);
  });

  it.each([
    ['leaves the server label out', { host: 'a' }],
    ['has a name of a server that is none', { instance: 'a'.repeat(1025) }],
  ])('that %s has its series counted, not guessed', async (_, metric) => {
    const data = { resultType: 'matrix', result: [{ metric, values: [[PARTIAL, '1']] }] };
    const { summary } = await historyUnder((_asked, response) => json(response, 200, { status: 'success', data }));
    expect(summary).toMatchObject({ unlabelledSeries: 1, failures: [] });
  });

  it('that refuses more than so many points gets smaller questions from then on', async () => {
    const longest = 20;
    const sizes: number[] = [];
    const { summary, values } = await historyUnder(({ start, end }, response) => {
      sizes.push((end - start) / 300 + 1);
      const text =
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)';
      return sizes.at(-1)! > longest && refuse(response, 400, 'bad_data', text);
    }, 12 * HOUR);
    expect(summary.failures).toEqual([]);
    expect(values.get('a load_average')?.size).toBe(145);
    expect(sizes.filter((size) => size > longest)).toEqual([144, 72, 36]);
  });

  it('whose samples are too many even in an hour is asked for each server by itself', async () => {
    const tooMany = 'query processing would load too many samples into memory in query execution';
    const { summary, values } = await historyUnder(
      ({ query }, response) => !/instance=~"[ab]"/.test(query) && refuse(response, 422, 'execution', tooMany),
    );
    expect(summary.failures).toEqual([]);
    expect(values.get('a load_average')?.size).toBe(13);
    expect(values.get('b load_average')?.size).toBe(13);
  });

  it('that can do only some of the pieces gives those', async () => {
    const { summary, values } = await historyUnder(({ start, end }, response) => {
      if ((end - start) / 300 >= 36)
        return refuse(response, 422, 'execution', 'query timed out in expression evaluation');
      return start < PARTIAL - 6 * HOUR && refuse(response, 500, 'internal', 'bad block');
    }, 12 * HOUR);
    expect(values.get('a load_average')?.size).toBeGreaterThanOrEqual(60);
    const missing = summary.failures.reduce((sum, { from, to }) => sum + (to - from) / 300 + 1, 0);
    expect(missing + values.get('a load_average')!.size).toBe(145);
  });

  it('that cannot execute a query is asked again, and in the end the pack is blamed', async () => {
    const said = 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)';
    const result = await historyUnder((_, response) => refuse(response, 422, 'execution', said));
    expect(result.summary.failures[0]?.error).toBeInstanceOf(PackError);
    expect(failureText(result)).toBe(
      `one.yml:4 metrics.load_average "only" is refused after 3 tries (HTTP 422 from ${server.url}: ${said}); the query was: x{}`,
    );
  });

  it('that never answers is given up after the timeout', async () => {
    server.lie = (asked) => isRange(asked);
    const { summary } = await collect((await open({ timeout: '400ms' })).history(NOW, HOUR));
    expect(summary.failures[0]?.error.message).toContain(`no complete answer from ${server.url} within 0.4 s`);
  });

  it('that drips its answer byte by byte is given up after the timeout', async () => {
    const timers: NodeJS.Timeout[] = [];
    server.lie = (asked, response) => {
      if (!isRange(asked)) return false;
      response.writeHead(200);
      timers.push(setInterval(() => response.write(' '), 20));
      return true;
    };
    const { summary } = await collect((await open({ timeout: '400ms' })).history(NOW, HOUR));
    for (const timer of timers) clearInterval(timer);
    expect(summary.failures[0]?.error.message).toContain('within 0.4 s');
  });

  it('that dies under a pull is left alone after three failures in a row', async () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `    - name: ${name}\n      expr: ${name}{$selector}\n`);
    const pack = packOf(
      `name: six\nmetrics:\n${[
        'cpu_user_pct',
        'cpu_sys_pct',
        'cpu_idle_pct',
        'load_average',
        'mem_used_pct',
        'uptime_days',
      ]
        .map((metric, i) => `  ${metric}:\n${lines[i]}`)
        .join('')}`,
      'six.yml',
    );
    server.lie = (asked, response) =>
      asked.query !== 'time()' && !asked.query.startsWith('max_over') && refuse(response, 502, 'x', 'bad gateway');
    source = await createPrometheusSource(optionsOf({ url: server.url, max_concurrency: 1 }), pack, surroundings());
    const { summary } = await collect(source.history(NOW, HOUR));
    expect(summary.outage?.message).toContain('bad gateway');
    expect(summary.failures).toHaveLength(12);
    expect(summary.queriesFailed, 'three queries of three tries').toBe(9);
  });

  it('with another clock is asked in its own time, and the difference is told', async () => {
    const skew = -120;
    server.lie = (asked, response) => {
      if (asked.query !== 'time()') return false;
      const theirs = Date.now() / 1000 + skew;
      return json(response, 200, {
        status: 'success',
        data: { resultType: 'scalar', result: [theirs, String(theirs)] },
      });
    };
    const { summary } = await collect((await open()).increment(PARTIAL - 900, NOW));
    expect(summary.skewSeconds).toBeGreaterThan(skew - 5);
    expect(summary.skewSeconds).toBeLessThan(skew + 5);
    expect(summary.at).toBeCloseTo(NOW + summary.skewSeconds, 6);
    expect(server.asked[0]!.time, 'time() is left to its own now').toBeUndefined();
  });

  it('whose clock ran ahead and was set back is looked at for servers at once', async () => {
    let aheadSeconds = 86_400;
    server.lie = (asked, response) => {
      if (asked.query === 'time()') {
        const theirs = Date.now() / 1000 + aheadSeconds;
        const data = { resultType: 'scalar', result: [theirs, String(theirs)] };
        return json(response, 200, { status: 'success', data });
      }
      const nothing = { resultType: isRange(asked) ? 'matrix' : 'vector', result: [] };
      return aheadSeconds > 0 && json(response, 200, { status: 'success', data: nothing });
    };
    const opened = await open();
    expect((await collect(opened.history(NOW, HOUR))).summary.servers).toBe(0);
    aheadSeconds = 0;
    expect((await collect(opened.increment(PARTIAL - 300, NOW + 60))).summary.servers).toBe(2);
  });

  it('with a label called __proto__ keeps it as any other', async () => {
    server.lie = (_, response) =>
      json(response, 200, {
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: JSON.parse('{"__proto__":"x"}'), value: [NOW, '1'] }] },
      });
    const client = await createClient(optionsOf({ url: server.url }), surroundings());
    const [series] = await client.instant('up', NOW);
    client.close();
    expect(Object.entries(series!.labels)).toEqual([['__proto__', 'x']]);
  });

  it.each([
    [401, 'check basic_auth, authorization and headers'],
    [404, 'check the path of the url: the API is expected at <url>/api/v1'],
    [405, 'set http_method to the other of GET and POST'],
  ])('that answers %i is not asked again, and a hint is given', async (status, hint) => {
    server.lie = (_, response) => {
      response.writeHead(status).end('no');
      return true;
    };
    const { summary } = await collect((await open()).history(NOW, HOUR));
    expect(summary.outage?.message).toContain(`HTTP ${status} from ${server.url}: no; ${hint}`);
    expect(summary.queries).toBe(1);
  });

  it.each([
    ['warns as Thanos does', { warnings: ['receive series from store-1: rpc error: Unavailable'] }],
    ['says so as VictoriaMetrics does', { isPartial: true }],
  ])('of which a part is away, and which %s, is asked again for what may be missing', async (_, partial) => {
    const only = (values: unknown[]) => ({ resultType: 'matrix', result: [{ metric: { instance: 'a' }, values }] });
    let isWhole = false;
    server.lie = (asked, response) => {
      if (!isRange(asked) || isWhole) return false;
      const values = asked.end > NOW - 600 ? [[PARTIAL, '5']] : [];
      return json(response, 200, { status: 'success', data: only(values), ...partial });
    };
    const source = await open();
    const first = await collect(source.history(NOW, HOUR));
    expect(first.values.get('b load_average')?.has(PARTIAL - 1800) ?? false).toBe(false);
    isWhole = true;
    const soon = await collect(source.increment(PARTIAL - 300, NOW + 300));
    expect(soon.values.get('b load_average')?.has(PARTIAL - 1800)).toBe(false);
    const later = await collect(source.increment(PARTIAL, NOW + 1200));
    expect(later.values.get('b load_average')?.get(PARTIAL - 1800)).toBe(truthAt(PARTIAL - 1500));
  });

  it('is not asked again for warnings about the query itself', async () => {
    const warnings = ['PromQL info: metric might not be a counter'];
    server.lie = (asked, response) => {
      if (!isRange(asked)) return false;
      const values: unknown[] = [];
      for (let at = asked.start; at <= asked.end; at += 300) values.push([at, '5']);
      const result = [{ metric: { instance: 'a' }, values }];
      return json(response, 200, { status: 'success', data: { resultType: 'matrix', result }, warnings });
    };
    const source = await open();
    await collect(source.history(NOW, HOUR));
    const later = await collect(source.increment(PARTIAL, NOW + 1200));
    expect(later.values.get('a load_average')?.has(PARTIAL - 1800)).toBe(false);
  });

  it('passes its own warnings on', async () => {
    server.lie = (asked, response) =>
      isRange(asked) &&
      json(response, 200, { status: 'success', data: { resultType: 'matrix', result: [] }, warnings: ['store down'] });
    const { summary } = await collect((await open()).history(NOW, HOUR));
    expect(summary.warnings).toEqual(['store down']);
  });

  it('is not asked any more once the source is closed, and the pull ends', async () => {
    server.lie = (asked) => {
      if (!isRange(asked)) return false;
      source?.close();
      return true;
    };
    const { summary } = await collect((await open()).history(NOW, HOUR));
    expect(summary.failures[0]?.error.message).toContain('the source was closed');
  });
});

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bookmark, ReadError } from '../../../src/feeders/reader.js';
import { RestReader } from '../../../src/feeders/readers/rest/restReader.js';
import { feedOf } from '../fixtures/parts.js';

const NOW = Date.UTC(2026, 0, 1, 12) / 1000;
const record = (n: number) => ({ host: 'web1', ts: new Date((NOW + n) * 1000).toISOString(), n });
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => record(from + i));
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

let server: Server;
let url: string;
let requests: { url: URL; headers: IncomingMessage['headers']; body: string }[];
let answer: (query: URLSearchParams, response: ServerResponse) => unknown;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = new URL(request.url!, url);
      requests.push({ url: asked, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const body = answer(asked.searchParams, response);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Reads a round from a bookmark on, each page with a fresh reader, as after restarts. */
async function readRound(yaml: string, bookmark?: Bookmark, until = NOW + 1000) {
  const { options } = feedOf(`metrics: { cpu_user_pct: n }\nrest: { url: ${url}, ${yaml} }`);
  const found: unknown[] = [];
  let unreadable = 0;
  let next = bookmark;
  for (let isAtEnd = false; !isAtEnd; ) {
    const reader = await RestReader.open(options.rest!, () => NOW);
    try {
      const result = await reader.read({ bookmark: next, limit: 1000, until, signal: new AbortController().signal });
      found.push(...result.documents.map(({ n }) => n));
      unreadable += result.unreadable ?? 0;
      next = JSON.parse(JSON.stringify(result.bookmark)) as Bookmark;
      isAtEnd = result.isAtEnd;
    } finally {
      await reader.close();
    }
  }
  return { found, unreadable, bookmark: next! };
}

describe('an API with pages', () => {
  test('by number is read until a page is not full', async () => {
    const all = records(0, 25);
    answer = (query) => {
      const page = Number(query.get('page'));
      return { data: { items: all.slice((page - 1) * 10, page * 10) } };
    };
    const { found } = await readRound(
      'records: data.items, paging: { page_param: page, size_param: per_page, size: 10 }',
    );
    expect(found).toEqual(numbers(0, 25));
    expect(requests.map(({ url: asked }) => asked.search)).toEqual([
      '?per_page=10&page=1',
      '?per_page=10&page=2',
      '?per_page=10&page=3',
    ]);
  });

  test('by offset likewise, and a full last page is followed by an empty one', async () => {
    answer = (query) =>
      records(0, 20)
        .slice(Number(query.get('offset')))
        .slice(0, 10);
    expect((await readRound('paging: { offset_param: offset, size: 10 }')).found).toEqual(numbers(0, 20));
    expect(requests).toHaveLength(3);
  });

  test('by cursor is read until no cursor comes', async () => {
    answer = (query) => {
      const from = Number(query.get('after') ?? 0);
      return { items: records(from, from + 5), meta: { next: from < 15 ? from + 5 : null } };
    };
    const { found } = await readRound('records: items, paging: { cursor_param: after, next: meta.next }');
    expect(found).toEqual(numbers(0, 20));
  });

  test('by cursors that expire is read anew, and gives nothing twice', async () => {
    let isExpired = false;
    answer = (query, response) => {
      const from = Number(query.get('after') ?? 0);
      if (from === 10 && !isExpired) {
        isExpired = true;
        response.statusCode = 410;
        return { error: 'cursor expired' };
      }
      return { items: records(from, from + 5), next: from < 15 ? from + 5 : null };
    };
    const { found } = await readRound('records: items, paging: { cursor_param: after, next: next }');
    expect([...new Set(found)]).toEqual(numbers(0, 20));
  });

  test('by cursors that always expire waits for the next poll after three rounds', async () => {
    answer = (query, response) => {
      if (query.get('after') === null) return { items: records(0, 5), next: 5 };
      response.statusCode = 404;
      return { error: 'no such cursor' };
    };
    const { found, bookmark } = await readRound('records: items, paging: { cursor_param: after, next: next }');
    expect([...new Set(found)]).toEqual(numbers(0, 5));
    expect(requests).toHaveLength(6);
    expect(bookmark).toEqual({ seen: [] });
  });

  test.each([
    ['number', 'page_param: page', 404],
    ['offset', 'offset_param: offset', 400],
  ])('by %s whose last page is full ends at the refusal of the one behind it', async (_, paging, status) => {
    const watermark = 'watermark: { field: ts, format: iso, param: since, start: 1h }';
    answer = (query, response) => {
      const from = Number(query.get('offset') ?? 10 * (Number(query.get('page')) - 1));
      if (from < 20) return records(from, from + 10);
      response.statusCode = status;
      return { detail: 'Invalid page.' };
    };
    const { found, bookmark } = await readRound(`paging: { ${paging}, size: 10 }, ${watermark}`);
    expect(found).toEqual(numbers(0, 20));
    expect(requests).toHaveLength(3);
    expect(bookmark).toMatchObject({ newest: NOW + 19 });
  });

  test('by the header Link is read to the end, but not from another server', async () => {
    answer = (query, response) => {
      const from = Number(query.get('from') ?? 0);
      if (from < 10)
        response.setHeader(
          'Link',
          `<${url}?from=0>; rel="first", </api?from=${from + 5}>; title="a, b"; rel="next last"`,
        );
      return records(from, from + 5);
    };
    expect((await readRound('paging: { link_header: true }')).found).toEqual(numbers(0, 15));
    answer = (_, response) => {
      response.setHeader('Link', '<http://127.0.0.2:1/steal>; rel=next');
      return [];
    };
    await expect(readRound('paging: { link_header: true }')).rejects.toThrow(/another server, http:\/\/127\.0\.0\.2:1/);
  });

  test.each([
    ['does not know the name of the page', 'paging: { page_param: page, size: 10 }'],
    ['has cursors that lead back', 'records: items, paging: { cursor_param: after, next: next }'],
  ])('that %s is a fault, not read for ever', async (_, yaml) => {
    answer = (query) => {
      const next = query.get('after') === 'a' ? 'b' : 'a';
      return yaml.startsWith('records') ? { items: records(0, 10), next } : records(0, 10);
    };
    await expect(readRound(yaml)).rejects.toThrow(
      'gave 3 pages one after the other with nothing but records of the pages before; are the names under rest.paging right?',
    );
    expect(requests).toHaveLength(4);
  });

  test('whose records move on by a page meanwhile is read to its end', async () => {
    answer = (query) => {
      const page = Number(query.get('page'));
      return records(0, 25).slice((page > 1 ? page - 2 : 0) * 10, (page > 1 ? page - 1 : 1) * 10);
    };
    expect((await readRound('paging: { page_param: page, size: 10 }')).found).toEqual(numbers(0, 25));
  });

  test('that leads in a circle is a fault', async () => {
    answer = () => ({ items: records(0, 5), next: 'same' });
    const reading = readRound('records: items, paging: { cursor_param: after, next: next }');
    await expect(reading).rejects.toThrow('the cursor same leads to itself');
    answer = (_, response) => {
      response.setHeader('Link', '</api?key=secret>; rel=next');
      return records(0, 5);
    };
    const linked = readRound('params: { key: secret }, paging: { link_header: true }');
    await expect(linked).rejects.toThrow(`the link ${url} leads to itself`);
  });
});

describe('an API that can be asked for a time', () => {
  const yaml = 'watermark: { field: ts, param: since, start: 30m, overlap: 10s }';

  test('is asked from the newest record on, a little earlier, and gives nothing twice and nothing late away', async () => {
    const all = records(0, 20).filter(({ n }) => n !== 15);
    answer = (query) => all.filter(({ ts }) => ts >= query.get('since')!);
    const first = await readRound(yaml);
    expect(first.found).toEqual(numbers(0, 20).filter((n) => n !== 15));
    all.push(record(15), record(20));
    const second = await readRound(yaml, first.bookmark);
    expect(second.found).toEqual([15, 20]);
    expect((await readRound(yaml, second.bookmark)).found).toEqual([]);
    expect(requests.map(({ url: asked }) => asked.searchParams.get('since'))).toEqual([
      '2026-01-01T11:46:40.000Z',
      '2026-01-01T12:00:09.000Z',
      '2026-01-01T12:00:10.000Z',
    ]);
  });

  test('leaves younger records than the feed wants to a later round', async () => {
    answer = () => records(0, 10);
    const first = await readRound(yaml, undefined, NOW + 5);
    expect(first.found).toEqual(numbers(0, 6));
    expect((await readRound(yaml, first.bookmark)).found).toEqual(numbers(6, 10));
  });
});

test('an API that always gives what is there now gives each record once', async () => {
  answer = () => records(0, 3);
  const first = await readRound('');
  expect(first.found).toEqual([0, 1, 2]);
  expect((await readRound('', first.bookmark)).found).toEqual([]);
  answer = () => [record(0), record(3)];
  expect((await readRound('', first.bookmark)).found).toEqual([3]);
});

test('the request carries method, body, parameters and credentials', async () => {
  answer = () => ({ host: 'web1', n: 7 });
  const yaml = `method: POST, body: '{"q":1}', params: { fields: all }, authorization: { credentials: secret }, headers: { X-Team: a }`;
  expect((await readRound(yaml)).found).toEqual([7]);
  const [{ url: asked, headers, body }] = requests as [(typeof requests)[number]];
  expect([asked.search, body]).toEqual(['?fields=all', '{"q":1}']);
  expect(headers).toMatchObject({ authorization: 'Bearer secret', 'x-team': 'a', 'content-type': 'application/json' });
});

describe('trouble', () => {
  test.each([
    [429, { 'Retry-After': '7' }, '{}', /answered 429/, 7],
    [503, {}, 'down', /answered 503: down/, undefined],
    [401, {}, '{}', /answered 401; are the credentials under rest right\?/, undefined],
    [404, {}, '{}', /answered 404/, undefined],
    [200, {}, '<html>', /answered no JSON: <html>/, undefined],
    [200, {}, '{"items":5}', /has no list of records at items/, undefined],
  ])('%i %j %s is told, and tried again later', async (status, headers, body, message, seconds) => {
    answer = (_, response) => {
      response.writeHead(status, headers);
      return body;
    };
    const failure: unknown = await readRound('records: items').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReadError);
    expect((failure as ReadError).message).toMatch(message);
    expect((failure as ReadError).retryAfterSeconds).toBe(seconds);
  });

  test('of a single record is counted, and no list is an empty one', async () => {
    answer = () => ({ items: [record(0), 'odd', null] });
    const { found, unreadable } = await readRound('records: items');
    expect([found, unreadable]).toEqual([[0], 2]);
    answer = () => ({ items: null });
    expect((await readRound('records: items')).found).toEqual([]);
  });

  test('names the server but not the query, which may hold a key', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(readRound('params: { api_key: hidden }')).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/api cannot be reached/,
    );
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});

import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExporterMetrics } from '../../src/exposition/exporterMetrics.js';
import { AT, makeFleet, makeServer } from '../exposition/fleet.js';
import { countingTurns } from '../exposition/future/countingTurns.js';
import { compressed, decodeRead, encodeRead, type MatcherText } from '../exposition/future/protocol.js';
import { BUILD, startServer } from './running.js';

const NAME: MatcherText = ['=', '__name__', 'linborg_future'];
const GOOD = compressed(encodeRead([{ matchers: [NAME], from: AT, until: AT + 8 * 3600 }]));
const HEADERS = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' };

function read(url: string, body: Uint8Array, headers: Record<string, string> = HEADERS): Promise<Response> {
  return fetch(`${url}/api/v1/read`, { method: 'POST', body: Uint8Array.from(body), headers });
}

describe('POST /api/v1/read', () => {
  it('answers in the form that Prometheus reads', async () => {
    const answer = await read(await startServer(), GOOD);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toBe('application/x-protobuf');
    expect(answer.headers.get('Content-Encoding')).toBe('snappy');
    expect(decodeRead(new Uint8Array(await answer.arrayBuffer()))[0]).toHaveLength(18);
  });

  it('wants the key, as a header of its own or as a bearer token, where there is one', async () => {
    const url = await startServer({ web: { api_key: 'open-sesame' } });
    const status = async (headers: Record<string, string>) =>
      (await read(url, GOOD, { ...HEADERS, ...headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ 'X-API-Key': 'open' })).toBe(403);
    expect(await status({ Authorization: 'Bearer open' })).toBe(403);
    expect(await status({ Authorization: 'Basic b3Blbi1zZXNhbWU6' })).toBe(401);
    expect(await status({ 'X-API-Key': 'open-sesame' })).toBe(200);
    expect(await status({ Authorization: 'Bearer open-sesame' })).toBe(200);
  });

  it('is for this machine alone where there is no key', async () => {
    const url = new URL(await startServer());
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...HEADERS, Host: 'linborg.example.com', 'Content-Length': GOOD.length };
      const asked = request({ host: url.hostname, port: url.port, path: '/api/v1/read', method: 'POST', headers });
      asked
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(GOOD);
    });
    expect(status).toBe(403);
  });

  it('says in words why it refuses', async () => {
    const url = await startServer({ future: { max_samples: 1000 } });
    const answer = await read(url, GOOD);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toMatch(/^the answer has more than 1000 samples \(future\.max_samples\); .*\.\n$/);
    expect((await read(url, GOOD, { 'Content-Encoding': 'gzip' })).status).toBe(415);
    expect((await fetch(`${url}/api/v1/read`)).status).toBe(405);
  });

  it('finds nothing once the result of the last cycle is too old', async () => {
    const answer = await read(await startServer({ now: () => AT + 3600 }), GOOD);
    expect(decodeRead(new Uint8Array(await answer.arrayBuffer()))).toEqual([[]]);
  });

  it('counts what it answers and what it refuses', async () => {
    const url = await startServer();
    await (await read(url, GOOD)).arrayBuffer();
    await (await read(url, Uint8Array.of(1, 2, 3))).text();
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^linborg_future_reads_total 2$/m);
    expect(text).toMatch(/^linborg_future_reads_failed_total 1$/m);
    expect(text).toMatch(/^linborg_future_read_samples_total 1728$/m);
  });
});

describe('reads that wait for one another', () => {
  it('leave others their turn in between, also where all of them are refused at once', async () => {
    const READS = 10;
    const { turn, stop } = countingTurns();
    const answeredIn: number[] = [];
    class Exporter extends ExporterMetrics {
      override futureRead(successful: boolean, samples: number): void {
        answeredIn.push(turn());
        super.futureRead(successful, samples);
      }
    }
    const { hostname, port } = new URL(await startServer({ exporter: new Exporter(BUILD) }));
    const head = `POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n`;
    const client = connect(Number(port), hostname);
    // In one packet, so that all of them are there before the first is answered.
    client.write(`${head}abc`.repeat(READS));
    let answers = '';
    for await (const part of client) {
      answers += String(part);
      if (answers.match(/HTTP\/1.1 400/g)?.length === READS) break;
    }
    await stop();
    expect(new Set(answeredIn).size).toBe(READS);
  });
});

describe('a client that goes away', () => {
  it('has no more of its answer computed, and nobody waits behind it', async () => {
    const SERVERS = 1000;
    let computed = 0;
    const asked = new AbortController();
    const riskPath = () => {
      if (++computed === 10) asked.abort();
      const until = performance.now() + 1;
      while (performance.now() < until);
      return { origin: AT, stepSeconds: 300, scores: new Float32Array(96) };
    };
    const servers = Array.from({ length: SERVERS }, (_, i) => ({ ...makeServer(`web-${i}`, 12), riskPath }));
    const url = await startServer({ view: { ...makeFleet(), servers } });
    const risks = compressed(
      encodeRead([{ matchers: [NAME, ['=', 'metric', 'risk_score']], from: AT, until: AT + 3600 }]),
    );
    const body = Uint8Array.from(risks);
    await expect(
      fetch(`${url}/api/v1/read`, { method: 'POST', body, headers: HEADERS, signal: asked.signal }),
    ).rejects.toThrow('aborted');
    expect((await read(url, compressed(encodeRead([])))).status).toBe(200);
    expect(computed).toBeLessThan(SERVERS / 2);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^linborg_future_reads_failed_total 1$/m);
  });
});

describe('a fuzzer', () => {
  const FORMS = 400;
  const operator = fc.constantFrom('=', '!=', '=~', '!~');
  const matcher = fc.tuple(
    operator,
    fc.string(),
    fc.oneof(fc.string(), fc.stringMatching(/^[a-z(){}[\]*+?|.\\0-9,]{0,60}$/)),
  );
  const time = fc.oneof(fc.integer(), fc.constantFrom(-9_000_000_000_000, 0, 9_000_000_000_000));
  const query = fc.record({
    matchers: fc.array(matcher as fc.Arbitrary<MatcherText>, { maxLength: 6 }),
    ...{ from: time, until: time },
  });
  const bodies: readonly fc.Arbitrary<Uint8Array>[] = [
    fc.uint8Array({ maxLength: 500 }),
    // Valid snappy around bytes that are no message.
    fc.uint8Array({ maxLength: 500 }).map((bytes) => compressed(bytes)),
    // Requests, whole and cut off.
    fc.array(query, { maxLength: 4 }).map((queries) => compressed(encodeRead(queries))),
    fc
      .tuple(fc.array(query, { maxLength: 4 }), fc.nat(200))
      .map(([queries, cut]) => compressed(encodeRead(queries).subarray(0, cut))),
    fc.nat(GOOD.length).map((cut) => GOOD.subarray(0, cut)),
    // One byte of a good request changed.
    fc
      .tuple(fc.nat(GOOD.length - 1), fc.integer({ min: 0, max: 255 }))
      .map(([at, byte]) => GOOD.map((b, i) => (i === at ? byte : b))),
    // Lengths that are not true.
    fc
      .tuple(fc.uint8Array({ minLength: 5, maxLength: 5 }), fc.uint8Array({ maxLength: 30 }))
      .map(([head, rest]) => Uint8Array.from([...head, ...rest])),
  ];

  it('gets an answer or a refusal for everything it sends, never a fault, and leaves no memory behind', async () => {
    const faults: string[] = [];
    const url = await startServer({ log: (line) => faults.push(line), web: { api_key: 'k' } });
    const headers = { ...HEADERS, 'X-API-Key': 'k' };
    let heapBefore = 0;
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(...bodies), async (body) => {
        const answer = await read(url, body, headers);
        await answer.arrayBuffer();
        if (answer.status !== 200) expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        if (++sent === FORMS / 2) heapBefore = process.memoryUsage().rss;
      }),
      { numRuns: FORMS },
    );
    expect(faults).toEqual([]);
    expect(process.memoryUsage().rss - heapBefore).toBeLessThan(64_000_000);
    expect((await read(url, GOOD, headers)).status).toBe(200);
  });

  it.each([
    ['a bomb of 4 GB', 413, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0xfe, 1, 0)],
    ['a bomb of 8 MB that is true', 413, compressed(new Uint8Array(8_000_000))],
    ['a literal that leads back to itself', 400, Uint8Array.of(4, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0)],
    [
      'thousands of matchers',
      413,
      compressed(encodeRead([{ matchers: Array.from({ length: 5000 }, () => NAME), from: 0, until: 1 }])),
    ],
    [
      'thousands of queries',
      413,
      compressed(encodeRead(Array.from({ length: 5000 }, () => ({ matchers: [NAME], from: 0, until: 1 })))),
    ],
    [
      'a tower of brackets',
      422,
      compressed(encodeRead([{ matchers: [['=~', 'server', '('.repeat(60_000)]], from: 0, until: 1 }])),
    ],
  ])('is refused with %s', async (_, status, body) => {
    const answer = await read(await startServer(), body);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(/^.{20,200}\.\n$/);
  });

  it('is answered with nothing more than there is for the whole of time', async () => {
    const body = compressed(encodeRead([{ matchers: [NAME], from: -9_000_000_000_000, until: 9_000_000_000_000 }]));
    const answer = await read(await startServer(), body);
    expect(
      decodeRead(new Uint8Array(await answer.arrayBuffer()))[0]!.every(({ samples }) => samples.length === 96),
    ).toBe(true);
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { AT } from '../exposition/fleet.js';
import { startServer } from './running.js';

describe('the probes', () => {
  test('say healthy as soon as the server answers', async () => {
    const url = await startServer({ view: undefined });
    const response = await fetch(`${url}/-/healthy`);
    expect([response.status, await response.text()]).toEqual([200, 'linborg is healthy.\n']);
  });

  test('say ready after the first cycle and not before', async () => {
    const before = await fetch(`${await startServer({ view: undefined, totals: { startedAt: AT - 30 } })}/-/ready`);
    expect(before.status).toBe(503);
    expect(await before.text()).toBe(
      'linborg is not ready: no cycle has succeeded yet, under 1 min after the start.\n',
    );
    expect((await fetch(`${await startServer()}/-/ready`)).status).toBe(200);
  });

  test('say not ready, and why, when no cycle has succeeded for three intervals', async () => {
    const url = await startServer({ now: () => AT + 240, totals: { lastFailure: 'HTTP 503 from Prometheus' } });
    const response = await fetch(`${url}/-/ready`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain(
      'no cycle has succeeded for 4 min (limit 3 min); the last one failed: HTTP 503',
    );
  });
});

describe('/-/reload', () => {
  test.each(['POST', 'PUT'])('loads the configuration again on %s', async (method) => {
    let loads = 0;
    const reload = async () => {
      loads++;
    };
    const url = await startServer({ web: { enable_lifecycle: true }, reload });
    expect((await fetch(`${url}/-/reload`, { method })).status).toBe(200);
    expect(loads).toBe(1);
  });

  test('tells why a configuration was refused, without a stack', async () => {
    const reload = () => Promise.reject(new Error('linborg.yml:3 step is "5 min"; expected a duration such as 5m'));
    const url = await startServer({ web: { enable_lifecycle: true }, reload });
    const response = await fetch(`${url}/-/reload`, { method: 'POST' });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('linborg.yml:3 step is "5 min"');
    expect(text).not.toMatch(/\n {4}at /);
  });

  test('is closed unless the configuration opens it', async () => {
    const reload = () => Promise.reject(new Error('must not be called'));
    const response = await fetch(`${await startServer({ reload })}/-/reload`, { method: 'POST' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('web.enable_lifecycle');
  });

  test('is for no page of another site, which a browser would let send it', async () => {
    const reload = () => Promise.reject(new Error('must not be called'));
    const url = await startServer({ web: { enable_lifecycle: true }, reload });
    const refused = await fetch(`${url}/-/reload`, { method: 'POST', headers: { Origin: 'https://evil.example' } });
    expect(refused.status).toBe(403);
  });

  test('cannot be reached by GET', async () => {
    const response = await fetch(`${await startServer({ web: { enable_lifecycle: true } })}/-/reload`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, PUT']);
  });
});

test('/config shows the configuration in force', async () => {
  const response = await fetch(`${await startServer()}/config`);
  expect(response.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
  expect(await response.text()).toBe('step: 5m\n');
});

describe('what has no route', () => {
  test('is a 404 that names near paths, as JSON', async () => {
    const response = await fetch(`${await startServer()}/metric`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ detail: 'there is nothing at /metric', closest: ['/metrics'] });
  });

  test('is a page for a browser, in which the path is only text', async () => {
    const url = await startServer();
    const response = await fetch(`${url}/<script>alert(1)</script>`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('%3Cscript%3Ealert(1)');
  });

  test('is a 405 with the allowed methods where only the method is wrong', async () => {
    const url = await startServer();
    const response = await fetch(`${url}/metrics`, { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('HEAD, GET');
    expect(await response.json()).toEqual({ detail: 'DELETE is not allowed on /metrics; use HEAD or GET' });
    expect((await fetch(`${url}/metrics`, { method: 'OPTIONS' })).status).toBe(204);
  });

  test('is a 404 even where the path is no valid UTF-8', async () => {
    expect((await fetch(`${await startServer()}/servers/%E0%A4%A`)).status).toBe(404);
  });
});

describe('every answer', () => {
  test('forbids active content, foreign frames and guessing of types', async () => {
    const url = await startServer();
    for (const path of ['/', '/metrics', '/health', '/nowhere']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('keeps the stack of a fault in the log', async () => {
    const lines: string[] = [];
    const configText = () => {
      throw new Error('secret detail');
    };
    const url = await startServer({ configText, log: (line) => lines.push(line) });
    const response = await fetch(`${url}/config`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ detail: 'Something went wrong inside linborg; its log says what.' });
    expect(lines.join()).toContain('secret detail');
  });
});

describe('a body', () => {
  test('over the limit is refused', async () => {
    const url = await startServer({ web: { enable_lifecycle: true, max_body_bytes: 1024 } });
    const post = (bytes: number) => fetch(`${url}/-/reload`, { method: 'POST', body: 'x'.repeat(bytes) });
    expect((await post(1024)).status).toBe(200);
    const refused = await post(1025);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toEqual({
      detail: 'the body has 1025 bytes; the limit is 1024 (web.max_body_bytes)',
    });
  });

  test('of unknown length is refused', async () => {
    const url = await startServer({ web: { enable_lifecycle: true } });
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('x'));
        controller.close();
      },
    });
    const response = await fetch(`${url}/-/reload`, { method: 'POST', body, duplex: 'half' });
    expect(response.status).toBe(411);
  });

  test('that its client breaks off is no fault of linborg', async () => {
    const lines: string[] = [];
    const { hostname, port } = new URL(await startServer({ log: (line) => lines.push(line) }));
    const socket = connect(Number(port), hostname);
    socket.write('POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf');
    await once(socket, 'connect');
    socket.destroySoon();
    await vi.waitFor(() => expect(lines.join('')).toContain('client went away'), 30_000);
    expect(lines.join('')).not.toContain('route failed');
  });
});

import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CommandError, ConfigError } from '../../src/core/errors.js';
import { webOptionsSchema } from '../../src/web/options.js';
import { makeServer, startServer } from './running.js';

const CERTIFICATE = fileURLToPath(new URL('tls/localhost.crt', import.meta.url));
const PRIVATE_KEY = fileURLToPath(new URL('tls/localhost.key', import.meta.url));
const OTHER_CERTIFICATE = fileURLToPath(new URL('../sources/fixtures/tls/localhost-test-cert.pem', import.meta.url));
const OTHER_KEY = fileURLToPath(new URL('../sources/fixtures/tls/localhost-test-key.pem', import.meta.url));

describe('starting', () => {
  test('a port in use is named, with what to do', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const server = await makeServer({ web: { listen_address: `127.0.0.1:${port}` } });
    const failure = await server.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect((failure as Error).message).toContain(`cannot listen on 127.0.0.1:${port}: port ${port} is in use`);
    expect((failure as Error).message).toContain('web.listen_address');
    holder.close();
  });

  test('an address of another machine is named', async () => {
    const server = await makeServer({ web: { listen_address: '192.0.2.1:0' } });
    await expect(server.start()).rejects.toThrow('cannot listen on 192.0.2.1:0: this machine has no such address');
  });

  test('a certificate makes it speak HTTPS', async () => {
    const url = await startServer({ web: { tls_server_config: { cert_file: CERTIFICATE, key_file: PRIVATE_KEY } } });
    expect(url).toMatch(/^https:/);
    const request = getTls(`${url}/-/healthy`, {
      ca: await readFile(CERTIFICATE),
      servername: 'localhost',
      agent: false,
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  test('a certificate that cannot be read or is none is refused with its path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'linborg-web-'));
    const missing = join(folder, 'missing.crt');
    const broken = join(folder, 'broken.crt');
    await writeFile(broken, 'not PEM');
    for (const [path, message] of [
      [missing, 'cert_file: '],
      [broken, 'expected PEM files'],
    ] as const) {
      const server = await makeServer({ web: { tls_server_config: { cert_file: path, key_file: PRIVATE_KEY } } });
      const failure = await server.start().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ConfigError);
      expect((failure as Error).message).toContain(message);
      expect((failure as Error).message).toContain(path);
    }
  });
});

describe('other options', () => {
  const optionsOf = (web: Record<string, unknown>) => webOptionsSchema.parse(web);
  const statusOf = async (url: string, key: string) => {
    const { status } = await fetch(`${url}/predictions/current`, { headers: { 'X-API-Key': key } });
    return status;
  };

  test('are in force once they are adopted: the key of the file, limits and the lifecycle', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'linborg-web-')), 'key');
    await writeFile(file, 'old');
    const server = await makeServer({ web: { api_key_file: file, enable_lifecycle: true } });
    const url = await server.start();
    expect(await statusOf(url, 'old')).toBe(200);
    await writeFile(file, 'new');
    const rate_limits = { predictions_per_minute: 1 };
    const adopt = await server.prepare(optionsOf({ api_key_file: file, rate_limits }));
    expect(await statusOf(url, 'old')).toBe(200);
    adopt();
    expect(await statusOf(url, 'old')).toBe(403);
    expect([await statusOf(url, 'new'), await statusOf(url, 'new')]).toEqual([200, 429]);
    expect((await fetch(`${url}/-/reload`, { method: 'POST' })).status).toBe(403);
  });

  test('may show another certificate to clients to come', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'linborg-web-'));
    const [cert, key] = [join(folder, 'crt'), join(folder, 'key')];
    const use = async (certificate: string, privateKey: string) => {
      await copyFile(certificate, cert);
      await copyFile(privateKey, key);
    };
    await use(CERTIFICATE, PRIVATE_KEY);
    const web = { tls_server_config: { cert_file: cert, key_file: key } };
    const server = await makeServer({ web });
    const { hostname, port } = new URL(await server.start());
    const shown = async () => {
      const socket = connectTls({ port: Number(port), host: hostname, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const before = await shown();
    await use(OTHER_CERTIFICATE, OTHER_KEY);
    (await server.prepare(optionsOf(web)))();
    expect(await shown()).not.toBe(before);
    await copyFile(PRIVATE_KEY, key);
    await expect(server.prepare(optionsOf(web))).rejects.toThrow('are no certificate and key that fit');
  });
});

describe('stopping', () => {
  test('closes connections that are kept alive', async () => {
    const server = await makeServer();
    const url = await server.start();
    const agent = new Agent({ keepAlive: true });
    const [response] = (await once(get(`${url}/-/healthy`, { agent }), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    await server.stop();
    await expect(fetch(`${url}/-/healthy`)).rejects.toThrow('fetch failed');
    agent.destroy();
  });

  test('does not wait for a client that never finishes its request', async () => {
    const server = await makeServer();
    const { hostname, port } = new URL(await server.start());
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('GET /metrics HTTP/1.1\r\nHost: slow\r\n');
    const closed = once(socket, 'close');
    await server.stop();
    await closed;
  });

  test('may happen before the start and twice', async () => {
    const server = await makeServer();
    await server.stop();
    await server.start();
    await server.stop();
    await server.stop();
  });
});

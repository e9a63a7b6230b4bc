import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceError } from '../../src/core/errors.js';
import { type Client, createClient } from '../../src/sources/client.js';
import { type LyingServer, startLyingServer } from './fixtures/lyingServer.js';
import { optionsOf, surroundings } from './fixtures/support.js';

const TLS_DIR = path.resolve(import.meta.dirname, 'fixtures/tls');
const CERT = path.join(TLS_DIR, 'localhost-test-cert.pem');

describe('the connection to a Prometheus', () => {
  let server: LyingServer;
  let client: Client | undefined;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'linborg-connection-'));
  });
  beforeEach(async () => {
    server = await startLyingServer();
  });
  afterEach(async () => {
    client?.close();
    await server.stop();
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function ask(written: Record<string, unknown>): Promise<void> {
    client = await createClient(optionsOf({ url: server.url, ...written }), surroundings());
    await client.instant('up', 1000);
  }

  it.each(['/prometheus', '/select/0/prometheus/', ''])('goes to the API under the prefix "%s"', async (prefix) => {
    await ask({ url: server.url + prefix });
    expect(server.asked[0]).toMatchObject({
      path: `${prefix.replace(/\/$/, '')}/api/v1/query`,
      query: 'up',
      time: 1000,
    });
  });

  it('asks by POST, or by GET where the configuration wants it', async () => {
    await ask({});
    await ask({ http_method: 'GET' });
    expect(server.asked.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(server.asked[1]?.query).toBe('up');
  });

  it('carries the configured headers, such as a tenant', async () => {
    await ask({ headers: { 'X-Scope-OrgID': 'team-a' } });
    expect(server.asked[0]?.headers['x-scope-orgid']).toBe('team-a');
  });

  it('tells no other server who it is, even where a redirect leads there', async () => {
    const other = await startLyingServer();
    try {
      server.lie = ({ path: asked }, response) => {
        response.writeHead(307, { Location: `${other.url}${asked}` }).end();
        return true;
      };
      await ask({
        headers: { 'X-API-Key': 'secret', 'X-Scope-OrgID': 'team-a' },
        authorization: { credentials: 'abc' },
      });
      expect(server.asked[0]?.headers).toMatchObject({ 'x-api-key': 'secret', authorization: 'Bearer abc' });
      expect(other.asked).toHaveLength(1);
      for (const name of ['x-api-key', 'x-scope-orgid', 'authorization']) {
        expect(other.asked[0]?.headers).not.toHaveProperty(name);
      }
    } finally {
      await other.stop();
    }
  });

  it('carries basic auth, with the password from a file as it is now', async () => {
    const file = path.join(folder, 'password');
    await writeFile(file, 'old\n');
    await ask({ basic_auth: { username: 'u', password_file: file } });
    await writeFile(file, 'new\n');
    await client!.instant('up', 1000);
    const sent = server.asked.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['u:old', 'u:new'].map((pair) => `Basic ${Buffer.from(pair).toString('base64')}`));
  });

  it('carries a bearer token, or credentials of another type', async () => {
    await ask({ authorization: { credentials: 'abc' } });
    await ask({ authorization: { type: 'Token', credentials: 'def' } });
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer abc', 'Token def']);
  });

  it('says which file it cannot read', async () => {
    await expect(ask({ authorization: { credentials_file: '/nowhere/token' } })).rejects.toThrow(
      'authorization.credentials_file /nowhere/token cannot be read (ENOENT)',
    );
    await expect(ask({ tls_config: { ca_file: '/nowhere/ca.pem' } })).rejects.toThrow(
      new SourceError(
        'tls_config.ca_file /nowhere/ca.pem cannot be read (ENOENT); expected a file readable by this user',
      ),
    );
  });

  it('trusts a server by ca_file, or blindly if told so, and otherwise not', async () => {
    const tls = await startLyingServer({
      cert: await readFile(CERT),
      key: await readFile(path.join(TLS_DIR, 'localhost-test-key.pem')),
    });
    try {
      await ask({ url: tls.url, tls_config: { ca_file: CERT } });
      await ask({ url: tls.url, tls_config: { insecure_skip_verify: true } });
      await ask({ url: tls.url, tls_config: { ca_file: CERT, server_name: 'localhost' } });
      expect(tls.asked).toHaveLength(3);
      await expect(ask({ url: tls.url })).rejects.toThrow(/cannot be reached \(self-signed certificate\)/);
      await expect(ask({ url: tls.url, tls_config: { ca_file: CERT, server_name: 'other' } })).rejects.toThrow(
        /cannot be reached \(Hostname\/IP does not match/,
      );
    } finally {
      await tls.stop();
    }
  });

  it('goes straight to the server whatever proxy the environment names, unless told otherwise', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    try {
      await ask({});
      expect(server.asked).toHaveLength(1);
      await expect(ask({ proxy_from_environment: true })).rejects.toThrow('ECONNREFUSED 127.0.0.1:1');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

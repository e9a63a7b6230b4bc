import { describe, expect, test } from 'vitest';
import { formatListenAddress, parseListenAddress } from '../../src/core/listenAddress.js';
import { webOptionsSchema } from '../../src/web/options.js';

describe('the web options', () => {
  test('listen on all interfaces at 9877, without key, TLS and reloading, by default', () => {
    expect(webOptionsSchema.parse(undefined)).toEqual({
      listen: { host: undefined, port: 9877 },
      tls: undefined,
      apiKeyDigest: undefined,
      apiKeyFile: undefined,
      enableLifecycle: false,
      maxBodyBytes: 10_485_760,
      predictionsPerMinute: 30,
      alertsPerMinute: 30,
      explainPerMinute: 30,
      historicalPerMinute: 30,
      feedPerMinute: 60,
      adminPerMinute: 10,
    });
  });

  test('do not keep the key', () => {
    expect(JSON.stringify(webOptionsSchema.parse({ api_key: 'open sesame' }))).not.toContain('sesame');
  });

  test.each([
    [{ listen_address: '9877' }, /host:port/],
    [{ listen_address: ':99999' }, /host:port/],
    [{ api_key: 'a', api_key_file: 'b' }, /at most one/],
    [{ tls_server_config: { cert_file: 'a' } }, /key_file/],
    [{ port: 1 }, /port/],
  ])('refuse %j with a reason', (block, message) => {
    expect(webOptionsSchema.safeParse(block).error?.message).toMatch(message);
  });

  test.each([':9877', '127.0.0.1:9877', 'localhost:0', '[::1]:9877'])('read %s and write it back', (text) => {
    expect(formatListenAddress(parseListenAddress(text)!)).toBe(text);
  });
});

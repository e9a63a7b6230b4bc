import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withDeadline } from '../../src/http/deadline.js';
import { sendRequest } from '../../src/http/request.js';
import { createTransport, type Transport } from '../../src/http/transport.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let silent: Server;
let transport: Transport;
let url: URL;

beforeEach(async () => {
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  url = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  transport = await createTransport({}, 1);
});

afterEach(async () => {
  transport.close();
  silent.closeAllConnections();
  silent.close();
  await once(silent, 'close');
});

describe('a request without an answer', () => {
  test('ends at its deadline, even though memory is tidied up meanwhile', async () => {
    const signal = new AbortController().signal;
    const asked = sendRequest(transport, { method: 'GET', url, timeoutSeconds: 0.5, signal });
    const collecting = setInterval(collectGarbage, 20);
    await expect(asked).rejects.toThrow('no complete answer within 0.5 s');
    clearInterval(collecting);
  }, 20_000);

  test('ends with the reason of whoever stops it, before it was sent or while it waits', async () => {
    const stop = new AbortController();
    const ask = () => sendRequest(transport, { method: 'GET', url, timeoutSeconds: 60, signal: stop.signal });
    const asked = ask();
    silent.once('request', () => stop.abort(new Error('enough')));
    await expect(asked).rejects.toThrow('enough');
    await expect(ask()).rejects.toThrow('enough');
  });
});

describe('a deadline', () => {
  test('beyond what a timer can count does not come at once', async () => {
    const work = withDeadline(40 * 86_400, new AbortController().signal, async (signal) => {
      await new Promise(setImmediate);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return signal.aborted;
    });
    expect(await work).toBe(false);
  });
});

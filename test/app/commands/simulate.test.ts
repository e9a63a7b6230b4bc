import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runHere, startCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

describe('simulate --csv', () => {
  it('writes a trace per server, and the truth beside them', async () => {
    const folder = path.join(temporaryFolder(), 'traces');
    const flags = ['--servers', '3', '--days', '14', '--end', '2026-06-01T00:00', '--scenarios-per-server-week', '3'];
    const { code, stderr } = await runHere('simulate', ...flags, '--csv', folder);
    expect(code).toBe(0);
    expect(stderr).toContain(`wrote the traces of 3 servers and labels.csv to ${folder}`);
    expect(readdirSync(folder).sort()).toEqual([
      'labels.csv',
      'ppdb001.csv.gz',
      'ppml001.csv.gz',
      'ppweb001.csv.gz',
      'servers.csv',
    ]);
    const [header, ...labels] = readFileSync(path.join(folder, 'labels.csv'), 'utf8').trim().split('\n');
    expect(header).toBe('server,start,end,kind,detail');
    expect(labels.length).toBeGreaterThan(3);
    for (const label of labels) expect(label).toMatch(/^pp(db|web|ml)001,\d+,\d+,[a-z_]+,incident=(true|false);/);
  });

  it('says that a folder cannot be written', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { code, stderr } = await runHere(
      'simulate',
      '--servers',
      '1',
      '--days',
      '1',
      '--csv',
      path.join(file, 'traces'),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^linborg: the traces could not be written to .+ENOTDIR/m);
  });

  it('names every flag that is wrong', async () => {
    const { code, stderr } = await runHere('simulate', '--servers', 'many', '--days', '0', '--csv', '/tmp/unused');
    expect(code).toBe(1);
    expect(stderr).toMatch(/--servers is many; expected .+; --days is 0; expected/);
  });
});

describe('simulate --listen', () => {
  it('serves the fleet as node_exporter would until SIGTERM', async () => {
    const simulator = startCli(['simulate', '--servers', '2', '--listen', '127.0.0.1:0']);
    const [, url] = await simulator.says(/on (http:\/\/127\.0\.0\.1:\d+) /);
    const targets = (await (await fetch(`${url}/sd`)).json()) as { labels: { instance: string } }[];
    expect(targets.map(({ labels }) => labels.instance)).toEqual(['ppdb001', 'ppweb001']);
    const text = await (await fetch(`${url}/servers/ppdb001/metrics`)).text();
    expect(text).toMatch(/^node_cpu_seconds_total\{cpu="0",mode="idle"\} \d/m);
    simulator.send('SIGTERM');
    expect(await simulator.finished()).toMatchObject({ code: 0, stderr: '' });
  });

  it('says that its port is in use', async () => {
    const first = startCli(['simulate', '--servers', '1', '--listen', '127.0.0.1:0']);
    const [, port] = await first.says(/127\.0\.0\.1:(\d+)/);
    const { code, stderr } = await runHere('simulate', '--servers', '1', '--listen', `127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: the port is in use`);
  });
});

describe('simulate --remote-write', () => {
  it('says what the receiver answered and what it needs', async () => {
    const receiver = createServer((_, response) => response.writeHead(404).end('remote write receiver not enabled'));
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/v1/write`;
    const { code, stderr } = await runHere('simulate', '--servers', '1', '--days', '1', '--remote-write', url);
    receiver.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`${url} did not take the history (HTTP 404 remote write receiver not enabled, 1 tries)`);
    expect(stderr).toContain('it needs --web.enable-remote-write-receiver');
  });
});

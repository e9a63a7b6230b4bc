import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, runHere } from './fixtures/cli.js';
import { writeConfiguration } from './fixtures/configuration.js';
import { temporaryFolder } from './fixtures/folder.js';

describe('linborg', () => {
  it('lists every command and ends well when it is asked for help', async () => {
    const { code, stdout } = await runHere('--help');
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(
      expect.arrayContaining(['serve', 'dry-run', 'check', 'train', 'simulate', 'demo', 'version']),
    );
  });

  it.each([
    { typed: [], said: /Usage: linborg/ },
    { typed: ['check'], said: /Usage: linborg check/ },
    { typed: ['serv'], said: /unknown command 'serv'\n\(Did you mean serve\?\)/ },
    { typed: ['serve', '--config', 'x.yml'], said: /unknown option '--config'/ },
    { typed: ['check', 'config', 'a.yml', 'b.yml'], said: /too many arguments for 'config'/ },
    { typed: ['train'], said: /required option '--from <source...>' not specified/ },
  ])('takes "linborg $typed" for wrong use: exit code 2', async ({ typed, said }) => {
    const { code, stderr } = await runHere(...typed);
    expect(stderr).toMatch(said);
    expect(code).toBe(2);
  });

  it('gives the exit codes of wrong use, of a failure and of success to the shell', async () => {
    const folder = temporaryFolder();
    const [wrong, failed, done] = await Promise.all([
      runCli(['serve', '--bad'], { cwd: folder }),
      runCli(['check', 'config'], { cwd: folder }),
      runCli(['--version'], { cwd: folder }),
    ]);
    expect(wrong.code).toBe(2);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toBe(
      'linborg: cannot read the configuration linborg.yml (ENOENT); give one with --config.file, e.g. a copy of prometheus/linborg.yml\n',
    );
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('tells the versions of linborg, Node and the engine', async () => {
    const { code, stdout } = await runHere('version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^linborg \d+\.\d+\.\d+\nNode \d+\.\d+\.\d+\nengine (native|wasm): /);
    expect(stdout).toContain(`Node ${process.versions.node}`);
  });
});

const NODE_EXPORTER = '  http://localhost:9090: pack node_exporter; knows 14 of 14 metrics\n';

describe('check mappings', () => {
  it('takes --url only with --suggest, and checks it as it would the configuration', async () => {
    expect((await runHere('check', 'mappings', '--url', 'http://localhost:9090')).stderr).toBe(
      'linborg: --url stands without --suggest; expected both, or neither\n',
    );
    expect((await runHere('check', 'mappings', '--suggest', '--url', 'localhost:9090')).stderr).toMatch(
      /^linborg: --url:1:\d+ sources\[0\]\.prometheus\.url is "localhost:9090"; expected an http:/,
    );
  });
});

describe('check config', () => {
  it('says OK of a good file', async () => {
    const file = writeConfiguration({ url: 'http://localhost:9090' });
    expect(await runHere('check', 'config', file)).toEqual({
      code: 0,
      stdout: `${file}: OK (1 source)\n${NODE_EXPORTER}`,
      stderr: '',
    });
  });

  it('says which packs a source has, what is written over them, and what nobody is asked for', async () => {
    const mappings = { front_close_wait: [], load_average: [{ expr: 'load{$selector}' }] };
    const file = writeConfiguration({ url: 'http://localhost:9090', source: { mappings } });
    const { stdout } = await runHere('check', 'config', file);
    expect(stdout).toBe(`${file}: OK (1 source)
  http://localhost:9090: pack node_exporter; knows 13 of 14 metrics
    written in the configuration: front_close_wait, load_average
    nobody is asked for: front_close_wait
`);
  });

  it('says when each maintenance window is next', async () => {
    const maintenance = [{ name: 'move', servers: 'db-.*', start: '2126-06-01T00:00Z', end: '2126-06-01T02:00Z' }];
    const file = writeConfiguration({ url: 'http://localhost:9090', keys: { maintenance } });
    const { stdout } = await runHere('check', 'config', file);
    expect(stdout).toBe(
      `${file}: OK (1 source)\n${NODE_EXPORTER}maintenance move, servers db-.*: 2126-06-01T00:00Z to 2126-06-01T02:00Z\n`,
    );
  });

  it('names every fault with its file, line and column', async () => {
    const file = path.join(temporaryFolder(), 'linborg.yml');
    writeFileSync(
      file,
      'sources:\n  - prometheus:\n      url: http://localhost:9090\n      selektor: a="b"\ncycle: 5 min\n',
    );
    const { code, stdout, stderr } = await runHere('check', 'config', file);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${file}:4:7 sources[0].prometheus.selektor is no known key; did you mean selector?`);
    expect(stderr).toContain(`${file}:5:8 cycle is "5 min"; expected a duration such as 5m`);
  });

  it('says which file is missing and what to give', async () => {
    const { code, stderr } = await runHere('check', 'config', '/nowhere/linborg.yml');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /cannot read the configuration \/nowhere\/linborg\.yml \(ENOENT\); give one with --config\.file/,
    );
  });

  it('looks into the mapping pack, too', async () => {
    const file = writeConfiguration({ url: 'http://localhost:9090', source: { pack: 'node_exportr' } });
    const { code, stderr } = await runHere('check', 'config', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/node_exportr/);
  });
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decodeYaml } from '../../src/config/decode.js';
import { loadConfig } from '../../src/config/load.js';
import { feedSchema } from '../../src/feeders/options.js';
import { loadPack } from '../../src/mapping/pack.js';
import { type CodeBlock, codeBlocks, inlineCode } from './pages.js';

const run = promisify(execFile);
const blocks = codeBlocks();
/** The variables that the pages name. */
const ENVIRONMENT = {
  GRAFANA_URL: 'https://grafana.example.org',
  GRAFANA_DATASOURCE_UID: 'prometheus',
  GRAFANA_TOKEN: 'glsa_0',
};
const FEED_ENVIRONMENT = {
  LINBORG_API_KEY: 'x',
  INFLUX_TOKEN: 'x',
  ELASTIC_API_KEY: 'x',
  MONGODB_URI: 'mongodb://localhost',
  ZABBIX_TOKEN: 'x',
};
const SOURCES = 'sources: [{ prometheus: { url: http://localhost:9090 } }]\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-docs-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What each kind of YAML is checked with; a block without a title is a part of linborg.yml. */
const YAML_CHECKS: Readonly<Record<string, (block: CodeBlock) => unknown>> = {
  pack: async ({ text }) => {
    const file = join(folder, 'pack.yml');
    await writeFile(file, text);
    return loadPack({ pack: file }, 'rules/packs');
  },
  '': ({ text, where }) => loadConfig(/^sources:/m.test(text) ? text : `${SOURCES}${text}`, where, ENVIRONMENT),
  feed: ({ text, where }) => decodeYaml(feedSchema, { name: where, text }, FEED_ENVIRONMENT),
  // Its own program runs in the test of the pack that the page is about.
  exporter: ({ text }) => expect(parse(text)).toHaveProperty('process_names'),
  prometheus: ({ text }) => promtool(['check', 'config', '--syntax-only'], text),
  rules: ({ text }) => promtool(['check', 'rules'], text),
};

async function promtool(args: readonly string[], text: string): Promise<void> {
  const file = join(folder, 'block.yml');
  await writeFile(file, text);
  await run('promtool', [...args, file]);
}

describe('the code of the pages', () => {
  const yaml = blocks.filter(({ language }) => language === 'yaml');

  test('has YAML of every kind, so that the checks below see some', () => {
    expect(new Set(yaml.map(({ title }) => title))).toEqual(new Set(Object.keys(YAML_CHECKS)));
  });

  test.each(yaml)('$where is YAML that its program takes', async (block) => {
    await YAML_CHECKS[block.title]!(block);
    expect(parse(block.text)).toBeTypeOf('object');
  });

  test('and of the systemd unit calls linborg only with commands and flags that there are', async () => {
    const unit = readFileSync('deploy/linborg.service', 'utf8').replace(/^ExecStart=\S+ \S+(?=linborg)/m, '');
    const shown = [
      ...blocks.filter(({ language }) => ['bash', 'console'].includes(language)),
      ...inlineCode(),
      { where: 'deploy/linborg.service', text: unit },
    ].flatMap(commandsOf);
    expect(shown.map(({ where }) => where)).toContain('deploy/linborg.service');
    expect(shown.length).toBeGreaterThan(30);
    const helps = new Map<string, string>();
    await Promise.all(
      [...new Set(shown.map(({ command }) => command))].map(async (command) => {
        const { stdout } = await run('node', ['bin/linborg.js', ...command.split(' '), '--help']);
        helps.set(command, stdout);
      }),
    );
    for (const { command, flags, where } of shown) {
      const help = helps.get(command) ?? '';
      expect(help, where).toMatch(new RegExp(`^Usage: linborg ${command} `));
      for (const flag of flags) expect(help, `${where}: linborg ${command}`).toContain(` ${flag} `);
    }
  });
});

/** The calls of linborg in a shell block. */
function commandsOf({ text, where }: Pick<CodeBlock, 'text' | 'where'>) {
  const lines = text.replaceAll(/\\\n\s*/g, '').matchAll(/^(?:\$ )?(?:node bin\/)?linborg(?:\.js)? ([a-z].*)$/gm);
  return [...lines].map(([, call]) => {
    const words = call!.split(/\s+/);
    const command = ['check', 'audit'].includes(words[0]!) ? words.slice(0, 2).join(' ') : words[0]!;
    return { command, where, flags: words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!) };
  });
}

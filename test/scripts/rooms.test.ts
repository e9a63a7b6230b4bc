import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Verdict {
  readonly status: number;
  readonly lines: readonly string[];
}

/** A src/ in miniature: each file imports the files that stand behind it. */
type Miniature = Readonly<Record<string, readonly string[]>>;

const ALLOWED: Miniature = {
  'main.ts': ['./app/app.js'],
  'app/app.ts': ['../web/server.js', '../config/load.js', '../sources/pull.js', '../model/options.js'],
  'config/load.ts': ['../core/errors.js', '../windows/options.js'],
  'web/server.ts': ['../exposition/page.js', '../core/errors.js'],
  'exposition/page.ts': ['../core/errors.js'],
  'sources/pull.ts': ['../mapping/pack.js', 'node:fs'],
  'mapping/pack.ts': ['../core/errors.js'],
  'model/options.ts': [],
  'windows/options.ts': [],
  'core/errors.ts': [],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-rooms-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function judge(name: string, files: Miniature, { atLeast = 1 } = {}): Promise<Verdict> {
  const root = join(folder, name);
  for (const [path, imports] of Object.entries(files)) {
    const file = join(root, 'src', path);
    await mkdir(dirname(file), { recursive: true });
    const lines = imports.map(
      (target, index) => `import * as part${index} from '${target}';\nexport { part${index} };`,
    );
    await writeFile(file, `${lines.join('\n')}\nexport const own = 1;\n`);
  }
  return new Promise((resolve) => {
    const args = ['scripts/check-rooms.mjs', '--folder', root, '--at-least', String(atLeast)];
    execFile(process.execPath, args, (error, stdout) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, lines: stdout.trim().split('\n') });
    });
  });
}

describe('the room table', () => {
  test('lets every import through that it allows', async () => {
    expect(await judge('allowed', ALLOWED)).toEqual({
      status: 0,
      lines: [`${Object.keys(ALLOWED).length} modules, 13 imports, 0 violations`],
    });
  });

  test('catches every kind of import that it forbids, and names the rule', async () => {
    const { status, lines } = await judge('forbidden', {
      ...ALLOWED,
      'main.ts': ['./app/app.js', './core/errors.js'],
      'core/errors.ts': ['../mapping/pack.js', 'node:fs'],
      'web/server.ts': ['../exposition/page.js', '../model/options.js'],
      'config/load.ts': ['../sources/pull.js', '../windows/options.js'],
      'windows/options.ts': ['../app/app.js', 'vitest'],
      'sources/pull.ts': ['./nowhere.js'],
      'scoring/alone.ts': [],
      'attic/old.ts': ['../core/errors.js'],
    });
    const rules = new Set(lines.map((line) => /^([a-z-]+): src\//.exec(line)?.[1]).filter(Boolean));
    expect(status).toBe(1);
    expect([...rules].sort()).toEqual([
      'no-cycle',
      'no-orphan',
      'only-app-composes',
      'pure-room',
      'resolvable',
      'room-config',
      'room-core',
      'room-main',
      'room-web',
      'room-windows',
      'unknown-room',
    ]);
    expect(lines).toContain('room-web: src/web/server.ts → src/model/options.ts');
  });

  test('is not taken as kept when hardly any module was seen', async () => {
    const { status, lines } = await judge('few', ALLOWED, { atLeast: 100 });
    expect(status).toBe(1);
    expect(lines[0]).toBe(`only ${Object.keys(ALLOWED).length} modules were seen; expected at least 100`);
  });

  test('counts an import of types alone as an import', async () => {
    await judge('types', ALLOWED);
    const file = join(folder, 'types/src/scoring/risk.ts');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "import type { own } from '../model/options.js';\nexport type Own = typeof own;\n");
    const { status, lines } = await judge('types', ALLOWED);
    expect(status).toBe(1);
    expect(lines).toContain('room-scoring: src/scoring/risk.ts → src/model/options.ts');
  });
});

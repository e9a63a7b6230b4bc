/**
 * Writes the rule files, and the target packs that ask the same.
 *
 * usage: node build/mixin/write.js [--config FILE] [--out FOLDER] [--check]
 *   --config  YAML in the shape of config.ts; without it, the defaults
 *   --out     default: rules
 *   --check   writes nothing; says which files differ
 * exit code: 0 = written or fresh, 1 = stale or a faulty configuration
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { ruleFiles } from './files.js';
import { linborgMixin } from './mixin.js';
import { targetPackFiles } from './serviceTargets.js';

const { values: args } = parseArgs({
  options: {
    config: { type: 'string' },
    out: { type: 'string', default: 'rules' },
    check: { type: 'boolean', default: false },
  },
});

try {
  process.exitCode = write();
} catch (error) {
  if (!(error instanceof z.ZodError)) throw error;
  process.stderr.write(`error: ${args.config}: ${z.prettifyError(error)}\n`);
  process.exitCode = 1;
}

function write(): number {
  const overrides: unknown = args.config === undefined ? {} : (parse(readFileSync(args.config, 'utf8')) ?? {});
  const mixin = linborgMixin(overrides);
  const packs = Object.entries(targetPackFiles(mixin._config)).map(
    ([name, text]) => [join('targets', name), text] as const,
  );
  const files = [...Object.entries(ruleFiles(mixin)), ...packs].map(([name, text]) => ({
    path: join(args.out, name),
    text,
  }));
  if (args.check) {
    const stale = files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
    for (const { path } of stale) process.stderr.write(`${path} is not what rules/mixin writes; run make rules\n`);
    return stale.length === 0 ? 0 : 1;
  }
  mkdirSync(join(args.out, 'targets'), { recursive: true });
  for (const { path, text } of files) writeFileSync(path, text);
  return 0;
}

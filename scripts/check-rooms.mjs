/**
 * Checks the room table (.dependency-cruiser.cjs) over src/ and grafana/, and that the check saw the code at all.
 *
 * usage: node scripts/check-rooms.mjs [--folder PATH] [--at-least MODULES]
 * exit code: 0 = kept, 1 = violated or too little seen
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: args } = parseArgs({
  options: { folder: { type: 'string', default: root }, 'at-least': { type: 'string', default: '100' } },
});
const { forbidden, options } = createRequire(import.meta.url)(resolve(root, '.dependency-cruiser.cjs'));
const tsConfig = extractTSConfig(resolve(root, 'tsconfig.json'));

const { output } = await cruise(
  ['src', 'grafana'].filter((top) => existsSync(resolve(args.folder, top))),
  { ...options, ruleSet: { forbidden }, validate: true, baseDir: resolve(args.folder) },
  {},
  { tsConfig },
);
const { violations } = output.summary;
for (const { from, to, cycle, rule } of violations) {
  const path = cycle ? cycle.map((step) => step.name).join(' → ') : to;
  const comment = forbidden.find(({ name }) => name === rule.name)?.comment;
  process.stdout.write(`${rule.name}: ${from}${path === from ? '' : ` → ${path}`}\n  ${comment}\n`);
}

const modules = output.modules.filter(({ source }) => source.startsWith('src/'));
const imports = modules.flatMap(({ dependencies }) => dependencies).length;
const tooFew = modules.length < Number(args['at-least']);
if (tooFew) process.stdout.write(`only ${modules.length} modules were seen; expected at least ${args['at-least']}\n`);
process.stdout.write(`${modules.length} modules, ${imports} imports, ${violations.length} violations\n`);
process.exit(violations.length > 0 || tooFew ? 1 : 0);

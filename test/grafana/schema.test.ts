import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type Dashboard, drawnPanels, type Panel } from './form.js';
import { DASHBOARDS } from './written.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Inside the repository, so that the compiler finds the package. */
const FOLDER = path.join(ROOT, 'build/grafana-schema');
const SCHEMA = path.dirname(createRequire(import.meta.url).resolve('@grafana/schema/package.json'));

/** Type of a panel → where its options are declared. */
const KINDS: Readonly<Record<string, string>> = {
  timeseries: 'timeseries',
  stat: 'stat',
  bargauge: 'bargauge',
  table: 'table',
  'state-timeline': 'statetimeline',
};
/** Kinds whose fields have settings of their own. */
const WITH_FIELDS: ReadonlySet<string> = new Set(['timeseries', 'table', 'state-timeline']);

it('every dashboard satisfies the types of Grafana itself, and a fault would be found', () => {
  expect(faults(DASHBOARDS)).toBe('');
  const [first] = DASHBOARDS as [Dashboard];
  expect(faults([{ ...first, time: 'now-1h' } as never])).toContain('error TS');
  const [panel] = drawnPanels(first) as [Panel];
  const strange = { ...panel, options: { ...(panel.options as object), graphMode: 'spiral' } };
  expect(faults([{ ...first, panels: [strange] }])).toContain('spiral');
}, 120_000);

/** What the compiler says. */
function faults(dashboards: readonly Dashboard[]): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = path.join(FOLDER, 'check.ts');
  writeFileSync(file, [imports(), ...dashboards.map(checks)].join('\n'));
  const flags =
    '--ignoreConfig --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler --target es2022 --types node';
  try {
    execFileSync('node_modules/.bin/tsc', [...flags.split(' '), file], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function imports(): string {
  const kinds = new Set(Object.values(KINDS));
  return `import type { Dashboard, Panel } from '@grafana/schema';
${[...kinds].map((kind) => `import type * as ${kind} from '${SCHEMA}/dist/types/raw/composable/${kind}/panelcfg/x/types.gen';`).join('\n')}
/** Enumerations as the strings that stand in JSON. */
type Json<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends readonly (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;`;
}

function checks(dashboard: Dashboard): string {
  const { panels: _, annotations, ...rest } = dashboard;
  // What Prometheus' own annotations have besides is no part of Grafana's types, though Grafana's own code reads it.
  const list = annotations.list.map(
    ({ expr: _expr, step: _step, titleFormat: _title, textFormat: _text, ...known }) => known,
  );
  const frame = { ...rest, annotations: { list } };
  return [satisfies(frame, 'Partial<Dashboard>'), ...drawnPanels(dashboard).flatMap(panelChecks)].join('\n');
}

function panelChecks({ options, fieldConfig, ...panel }: Panel): string[] {
  const kind = KINDS[panel.type];
  if (kind === undefined) throw new Error(`panel ${panel.title} is of a kind that is not checked: ${panel.type}`);
  const custom = fieldConfig?.defaults.custom;
  return [
    satisfies(panel, 'Partial<Panel>'),
    satisfies(
      { fieldConfig: { ...fieldConfig, defaults: { ...fieldConfig?.defaults, custom: {} } } },
      'Partial<Panel>',
    ),
    satisfies(options, `Partial<${kind}.Options>`),
    ...(custom && WITH_FIELDS.has(panel.type) ? [satisfies(custom, `Partial<${kind}.FieldConfig>`)] : []),
  ];
}

function satisfies(value: unknown, type: string): string {
  return `(${JSON.stringify(value)}) satisfies Json<${type}>;`;
}

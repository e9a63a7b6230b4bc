import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type Dashboard, drawnPanels, type Panel } from './form.js';
import { DASHBOARDS } from './written.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Inside the repository, so that the compiler finds the package. */
const FOLDER = path.join(ROOT, 'build/grafana-schema');
/** The packages that hold the types of each Grafana. */
const SCHEMAS = ['@grafana/schema-10', '@grafana/schema-11', '@grafana/schema-12', '@grafana/schema'] as const;

/** Type of a panel → what its options are declared in, and the name of that file before Grafana 12. */
const KINDS: Readonly<Record<string, readonly [folder: string, file: string]>> = {
  timeseries: ['timeseries', 'TimeSeriesPanelCfg'],
  stat: ['stat', 'StatPanelCfg'],
  bargauge: ['bargauge', 'BarGaugePanelCfg'],
  table: ['table', 'TablePanelCfg'],
  'state-timeline': ['statetimeline', 'StateTimelinePanelCfg'],
};
/** Kinds whose fields have settings of their own. */
const WITH_FIELDS: ReadonlySet<string> = new Set(['timeseries', 'table', 'state-timeline']);

it('every dashboard satisfies the types of Grafana 10, 11, 12 and 13', () => {
  expect(faults(DASHBOARDS)).toBe('');
}, 120_000);

it('a fault against the types of any of them would be found', () => {
  const [first] = DASHBOARDS as [Dashboard];
  const [panel] = drawnPanels(first).filter(({ type }) => type === 'stat') as [Panel];
  const having = (options: object): Dashboard => ({
    ...first,
    panels: [{ ...panel, options: { ...(panel.options as object), ...options } }],
  });
  // The last is an option of Grafana 11: the one before it would not know what is wished.
  const found = faults([
    { ...first, time: 'now-1h' } as never,
    having({ graphMode: 'spiral' }),
    having({ percentChangeColorMode: 'inverted' }),
  ]);
  for (const name of SCHEMAS.map(fileName)) {
    expect(found).toMatch(new RegExp(`${name}.*error TS.*Type 'string'`));
    expect(found).toMatch(new RegExp(`${name}.*spiral`));
  }
  expect(found).toMatch(new RegExp(`${fileName('@grafana/schema-10')}.*percentChangeColorMode`));
  expect(found).not.toMatch(new RegExp(`${fileName('@grafana/schema')}.*percentChangeColorMode`));
}, 120_000);

/** What the compiler says. */
function faults(dashboards: readonly Dashboard[]): string {
  mkdirSync(FOLDER, { recursive: true });
  const files = SCHEMAS.map((schema) => {
    const file = path.join(FOLDER, fileName(schema));
    writeFileSync(file, [imports(schema), ...dashboards.map(checks)].join('\n'));
    return file;
  });
  const flags =
    '--ignoreConfig --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler --target es2022 --types node';
  try {
    execFileSync('node_modules/.bin/tsc', [...flags.split(' '), ...files], {
      ...{ cwd: ROOT, encoding: 'utf8', stdio: 'pipe' },
    });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function fileName(schema: string): string {
  return `${path.basename(schema)}.check.ts`;
}

function imports(schema: string): string {
  const folder = path.dirname(createRequire(import.meta.url).resolve(`${schema}/package.json`));
  const typesOf = ([kind, file]: readonly [string, string]) => {
    const current = `${folder}/dist/types/raw/composable/${kind}/panelcfg/x/types.gen`;
    return existsSync(`${current}.d.ts`)
      ? current
      : `${folder}/dist/esm/raw/composable/${kind}/panelcfg/x/${file}_types.gen`;
  };
  return `import type { Dashboard, Panel } from '${schema}';
${Object.values(KINDS)
  .map((kind) => `import type * as ${kind[0]} from '${typesOf(kind)}';`)
  .join('\n')}
/** Enumerations as the strings that stand in JSON. */
type Json<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends readonly (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;`;
}

function checks(dashboard: Dashboard): string {
  const { panels: _, annotations, ...rest } = dashboard;
  // What Prometheus' own annotations have besides is no part of Grafana's types, though Grafana's own code reads it.
  const list = annotations.list.map(
    ({
      name,
      datasource,
      expr: _expr,
      step: _step,
      titleFormat: _,
      textFormat: __,
      useValueForTime: ___,
      target: ____,
      ...known
    }) => ({
      ...known,
      name,
      datasource,
    }),
  );
  const frame = { ...rest, annotations: { list } };
  return [satisfies(frame, 'Partial<Dashboard>'), ...drawnPanels(dashboard).flatMap(panelChecks)].join('\n');
}

function panelChecks({ options, fieldConfig, ...panel }: Panel): string[] {
  const [kind] = KINDS[panel.type] ?? [];
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

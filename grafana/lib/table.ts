/** Tables: several instant queries side by side, one row for each set of labels. */
import {
  BarGaugeDisplayMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  type TableCellOptions,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  MappingType,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { type Link, type PanelSpec, type Placed, place } from './panel.js';
import { rows } from './query.js';
import { type Steps, thresholdsOf } from './thresholds.js';

/** A label that becomes a column. */
export interface LabelColumn {
  readonly label: string;
  readonly title: string;
  readonly width?: number;
  /** Where a click leads. */
  readonly link?: Link;
  /** Colours of its texts. */
  readonly colors?: Readonly<Record<string, string>>;
}

/** A query whose values become a column. */
export interface ValueColumn {
  readonly expr: string;
  readonly title: string;
  readonly unit: string;
  readonly width?: number;
  readonly decimals?: number;
  readonly steps?: Steps;
  readonly cell?: 'text' | 'background' | 'gauge';
  readonly range?: readonly [min: number, max: number];
  readonly mappings?: readonly ValueMapping[];
}

export interface TableSpec extends Omit<PanelSpec, 'queries' | 'unit' | 'overrides' | 'mappings' | 'link'> {
  readonly labels: readonly LabelColumn[];
  readonly values: readonly ValueColumn[];
  /** Order of the columns, by title; label columns first where it is left out. */
  readonly order?: readonly string[];
  /** Titles of value columns that only bring their labels. */
  readonly hidden?: readonly string[];
  /** Title of the column that sorts, largest first. */
  readonly sortBy?: string;
}

/** The rows of all queries merged where their labels agree. */
export function table(spec: TableSpec): Placed {
  const { labels, values, sortBy } = spec;
  const builder = new TablePanel().showHeader(true).minWidth(60).transformations(transformations(spec));
  if (sortBy !== undefined) builder.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  // What stands for the whole table when it is empty would stand in each empty cell, too.
  const empty = spec.nothing === undefined ? [] : [{ id: 'noValue', value: '–' }];
  for (const column of labels) builder.overrideByName(column.title, [...labelProperties(column), ...empty]);
  for (const column of values) builder.overrideByName(column.title, [...valueProperties(column), ...empty]);
  return place(builder, { ...spec, unit: 'short', queries: values.map(({ expr }) => rows(expr)) }, 10);
}

/** Grafana names the column of a lone query `Value`, and those of several `Value #A`, `Value #B`, … */
function fieldOf(index: number, count: number): string {
  return count === 1 ? 'Value' : `Value #${refId(index)}`;
}

export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function transformations({ labels, values, hidden = [], order }: TableSpec): DataTransformerConfig[] {
  const titles = new Map<string, string>([
    ...labels.map(({ label, title }): [string, string] => [label, title]),
    ...values.map(({ title }, i): [string, string] => [fieldOf(i, values.length), title]),
  ]);
  const fields = [...titles.keys()];
  const placeOf = (field: string) => order?.indexOf(titles.get(field)!) ?? fields.indexOf(field);
  const left = ['Time', ...fields.filter((field) => hidden.includes(titles.get(field)!))];
  return [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(left.map((field) => [field, true])),
        indexByName: Object.fromEntries(fields.map((field) => [field, placeOf(field)])),
        renameByName: Object.fromEntries(titles),
      },
    },
  ];
}

function labelProperties({ width, link, colors }: LabelColumn): DynamicConfigValue[] {
  return [
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(link === undefined ? [] : [{ id: 'links', value: [{ title: link.title, url: link.url, targetBlank: false }] }]),
    ...(colors === undefined
      ? []
      : [
          { id: 'mappings', value: [colored(colors)] },
          { id: 'custom.cellOptions', value: cellOptions('text') },
        ]),
  ];
}

function colored(colors: Readonly<Record<string, string>>): ValueMapping {
  const options = Object.entries(colors).map(([text, color], index) => [text, { color, index, text }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

function valueProperties({
  unit,
  width,
  decimals,
  steps,
  cell = 'text',
  range,
  mappings,
}: ValueColumn): DynamicConfigValue[] {
  return [
    { id: 'unit', value: unit },
    ...(mappings === undefined ? [] : [{ id: 'mappings', value: mappings }]),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(range === undefined
      ? []
      : [
          { id: 'min', value: range[0] },
          { id: 'max', value: range[1] },
        ]),
    ...(steps === undefined
      ? []
      : [
          { id: 'thresholds', value: thresholdsOf(steps).build() },
          { id: 'color', value: { mode: 'thresholds' } },
        ]),
    ...(cell === 'text' && steps === undefined ? [] : [{ id: 'custom.cellOptions', value: cellOptions(cell) }]),
  ];
}

function cellOptions(cell: NonNullable<ValueColumn['cell']>): TableCellOptions {
  switch (cell) {
    case 'text':
      return { type: TableCellDisplayMode.ColorText };
    case 'background':
      return { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic };
    case 'gauge':
      return { type: TableCellDisplayMode.Gauge, mode: BarGaugeDisplayMode.Basic };
  }
}

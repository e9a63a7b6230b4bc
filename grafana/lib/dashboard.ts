/** A dashboard: rows of panels, and what all of linborg's dashboards have: data source, links, annotations. */
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  type RowPanel,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Placed } from './panel.js';
import { DATASOURCE } from './query.js';
import { refId } from './table.js';

export interface RowSpec {
  readonly title: string;
  /** Closed at first. */
  readonly isFolded?: boolean;
  readonly panels: readonly Placed[];
}

export interface VariableSpec {
  readonly name: string;
  readonly label: string;
  /** Prometheus' `label_values(series, label)`. */
  readonly query: string;
  /** What of a value is taken: the first group of this expression. */
  readonly regex?: string;
  /** Several at once, all of them at first. */
  readonly isMulti?: boolean;
}

export interface DashboardSpec {
  /** Also the name of its file, and its address in Grafana. */
  readonly uid: string;
  /** The question that it answers. */
  readonly title: string;
  readonly description: string;
  readonly from: string;
  readonly to: string;
  readonly refresh: string;
  readonly variables?: readonly VariableSpec[];
  readonly rows: readonly RowSpec[];
}

export type BuiltDashboard = Omit<Dashboard, 'panels'> & { readonly panels: readonly (Panel | RowPanel)[] };

/** Grafana 10.0 writes this version; newer ones bring it up to theirs when they load it. */
const SCHEMA_VERSION = 38;
const COLUMNS = 24;

export function dashboard(spec: DashboardSpec): BuiltDashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags(['linborg'])
    .time({ from: spec.from, to: spec.to })
    .refresh(spec.refresh)
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .annotations(ANNOTATIONS.map(annotation))
    .link(
      new DashboardLinkBuilder('linborg')
        .type(DashboardLinkType.Dashboards)
        .tags(['linborg'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(false),
    );
  for (const variable of spec.variables ?? []) builder.withVariable(variableOf(variable));
  const { templating, ...built } = builder.build();
  const list = (templating?.list ?? []).map(withoutIntervalFields);
  return { ...built, templating: { list }, schemaVersion: SCHEMA_VERSION, panels: layOut(spec.rows) };
}

/** The builders give every variable what only those of type interval have. */
function withoutIntervalFields({ auto: _, auto_min: __, auto_count: ___, ...variable }: VariableModel): VariableModel {
  return variable;
}

function variableOf({ name, label, query, regex, isMulti = false }: VariableSpec): QueryVariableBuilder {
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(isMulti)
    .includeAll(isMulti);
  if (regex !== undefined) builder.regex(regex);
  return isMulti ? builder.allValue('.*').current({ selected: true, text: 'All', value: '$__all' }) : builder;
}

interface AnnotationSpec {
  readonly name: string;
  readonly color: string;
  readonly expr: string;
  readonly title: string;
  readonly text: string;
}

/** What happened, as marks in every graph. */
const ANNOTATIONS: readonly AnnotationSpec[] = [
  {
    name: 'Alerts',
    color: 'red',
    expr: 'ALERTS{alertname=~"Linborg.+", alertname!="LinborgCascadeMember", alertstate="firing"}',
    title: '{{alertname}}',
    text: '{{server}} {{metric}} {{severity}}',
  },
  {
    name: 'Actions',
    color: 'blue',
    expr: 'sum by (rule, action, outcome) (increase(linborg_actions_total[2m])) > 0',
    title: 'action {{action}}: {{outcome}}',
    text: 'rule {{rule}}',
  },
  {
    name: 'Model changes',
    color: 'purple',
    // Whoever serves now and did not ten minutes ago, where somebody did.
    expr: `max by (metric, model, profile) (linborg_model_serving)
unless max by (metric, model, profile) (linborg_model_serving offset 10m)
and on () count(linborg_model_serving offset 10m) > 0`,
    title: '{{model}} serves {{metric}}',
    text: '{{profile}}',
  },
];

function annotation({ name, color, expr, title, text }: AnnotationSpec): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('60s')
    .titleFormat(title)
    .textFormat(text);
}

/** Places panels from left to right, as many in a line as fit, with numbers in reading order. */
function layOut(rows: readonly RowSpec[]): (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = [];
  let id = 0;
  let y = 0;
  for (const { title, isFolded = false, panels: own } of rows) {
    const row: RowPanel = {
      type: 'row',
      id: ++id,
      title,
      collapsed: isFolded,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    };
    y += 1;
    const placed: Panel[] = [];
    let x = 0;
    let lineHeight = 0;
    for (const { panel, width, height } of own) {
      if (x + width > COLUMNS) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      placed.push({ ...panel, id: ++id, gridPos: { x, y, w: width, h: height }, targets: withRefIds(panel) });
      x += width;
      lineHeight = Math.max(lineHeight, height);
    }
    y += lineHeight;
    // Grafana keeps the panels of a closed row inside it, and those of an open one behind it.
    if (isFolded) panels.push({ ...row, panels: placed });
    else panels.push(row, ...placed);
  }
  return panels;
}

function withRefIds({ targets = [] }: Panel) {
  return targets.map((target, index) => ({ refId: refId(index), ...target }));
}

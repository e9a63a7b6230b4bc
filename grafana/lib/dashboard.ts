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
import { DATASOURCE, overTime } from './query.js';
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
  /** Alerts that are marked, as matchers; all of linborg where it is left out. */
  readonly alerts?: string;
  /** Where one comes from: linked at the top, with time range and variables. */
  readonly overview?: { readonly title: string; readonly uid: string };
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
    .annotations(marksOf(spec).map(annotation));
  if (spec.overview !== undefined) builder.link(wayBack(spec.overview));
  builder.link(wayToOthers());
  for (const variable of spec.variables ?? []) builder.withVariable(variableOf(variable));
  const { templating, annotations, links, ...built } = builder.build();
  return {
    ...built,
    schemaVersion: SCHEMA_VERSION,
    links: (links ?? []).map(withoutPlacement),
    annotations: { list: (annotations?.list ?? []).map(withoutPlacement) },
    templating: { list: (templating?.list ?? []).map(ofQuery) },
    panels: layOut(spec.rows),
  };
}

/** To the other questions: they look at other times, but at the same servers. */
function wayToOthers(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('linborg')
    .type(DashboardLinkType.Dashboards)
    .tags(['linborg'])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(false);
}

function wayBack({ title, uid }: NonNullable<DashboardSpec['overview']>): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .icon('dashboard')
    .url(`/d/${uid}`)
    .includeVars(true)
    .keepTime(true);
}

/** The builders put links and marks into a menu, which Grafana 10 has not and which hides them since Grafana 12. */
function withoutPlacement<T extends { readonly placement?: unknown }>({
  placement: _,
  ...rest
}: T): Omit<T, 'placement'> {
  return rest;
}

/** The builders give every variable what only those of type interval have, and what came after Grafana 10. */
function ofQuery({
  auto: _,
  auto_min: __,
  auto_count: ___,
  allowCustomValue: ____,
  ...variable
}: VariableModel): VariableModel {
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

interface MarkSpec {
  readonly name: string;
  readonly color: string;
  readonly expr: string;
  readonly title: string;
  readonly text: string;
  /** The value is the moment, in milliseconds, and not the time of the sample. */
  readonly isMoment?: boolean;
}

/** Alerts of linborg. Members of a cascade have their own alert, one for each server, besides that of the cascade. */
export const OF_LINBORG = 'alertname=~"Linborg.+", alertname!="LinborgCascadeMember"';
/** Those of them that are about no single server. */
export const OF_ITSELF = 'alertname=~"Linborg.+", server=""';

/**
 * What happened, as marks in every graph; where there is a future, also where it begins. Only beginnings are marked:
 * with all the time that alerts fire, a bad night would be one red area.
 */
function marksOf({ alerts = OF_LINBORG, from, to }: DashboardSpec): MarkSpec[] {
  const lasting = markLength(from);
  const firing = `ALERTS{alertstate="firing", ${alerts}}`;
  const serving = `max by (metric, model, profile) (last_over_time(linborg_model_serving[1h] offset ${lasting}))`;
  return [
    {
      name: 'Alerts',
      color: 'red',
      expr: `${firing} unless ${firing} offset ${lasting}`,
      title: '{{alertname}}',
      text: '{{server}}{{service}} {{metric}} {{severity}}',
    },
    {
      name: 'Actions',
      color: 'blue',
      // Every two minutes of it overlap: what Grafana 10 asks for marks knows no interval of rates.
      expr: 'sum by (rule, action, outcome) (increase(linborg_actions_total[2m])) > 0',
      title: 'action {{action}}: {{outcome}}',
      text: 'rule {{rule}}',
    },
    {
      name: 'Model changes',
      color: 'purple',
      // Whoever serves now and did not lately, where somebody else did; once, for however many profiles.
      expr: `max by (metric, model) (max by (metric, model, profile) (linborg_model_serving)
  unless ${serving}
  and on (metric) ${serving})`,
      title: '{{model}} serves {{metric}}',
      text: 'for all profiles or for some',
    },
    ...(to.startsWith('now+') ? [NOW] : []),
  ];
}

/** A beginning is marked for about a hundredth of the range that is gone, so that it is seen and no area. */
function markLength(from: string): string {
  const [, hours = '1'] = /^now-(\d+)h$/.exec(from) ?? [];
  return `${Math.max(2, Math.ceil((60 * Number(hours)) / 150))}m`;
}

/** The newest scrape of anything, the same at every point of the range. */
const NOW: MarkSpec = {
  name: 'Now',
  color: '#8e8e8e',
  expr: '1000 * max_over_time(max(timestamp(up))[9h:1m] @ end())',
  title: 'now',
  text: 'measured before, forecast after',
  isMoment: true,
};

/** Grafana asks for `expr` until 11, and for the target since; both hold the same. */
function annotation({ name, color, expr, title, text, isMoment = false }: MarkSpec): AnnotationQueryBuilder {
  const builder = new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step(MARK_STEP)
    .target(overTime(expr, '').interval(MARK_STEP).refId('Anno'))
    .titleFormat(title)
    .textFormat(text);
  return isMoment ? builder.useValueForTime(true).hide(true) : builder;
}

const MARK_STEP = '60s';

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

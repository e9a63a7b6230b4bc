/** The kinds of panels, each with what all panels must say of themselves. */
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type ThresholdsConfigBuilder,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE, type Query } from './query.js';
import { type Steps, thresholdsOf } from './thresholds.js';

/** A panel and how much of the grid it takes: 24 columns, rows of 30 pixels. */
export interface Placed {
  readonly panel: Panel;
  readonly width: number;
  readonly height: number;
}

export interface PanelSpec {
  readonly title: string;
  /** What the reader sees, what is good, and what to do when it is not. */
  readonly description: string;
  /** A unit of Grafana's: percent, percentunit, s, short, … */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly width: number;
  readonly height?: number;
  readonly steps?: Steps;
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly mappings?: readonly ValueMapping[];
  /** What stands there without any series, where that is good news. */
  readonly nothing?: string;
  /** Ends at this moment, also where the dashboard's range ends in the future; e.g. `1h`. */
  readonly lastOf?: string;
  /** Where a click on a value leads. */
  readonly link?: Link;
  readonly overrides?: readonly Override[];
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** Properties of the series with this name, or whose name matches the `/expression/`. */
export interface Override {
  readonly series: string;
  readonly properties: readonly DynamicConfigValue[];
}

const GRAPH_HEIGHT = 8;
const STAT_HEIGHT = 4;

export interface GraphSpec extends PanelSpec {
  /** Areas on top of each other instead of lines. */
  readonly isStacked?: boolean;
  /** A line where the colours change, dashed. */
  readonly showsSteps?: boolean;
  /** Legend as a table with the last and the highest value, for many series. */
  readonly hasTable?: boolean;
}

/** Lines over time. */
export function graph(spec: GraphSpec): Placed {
  const builder = new TimeSeriesPanel()
    .lineWidth(2)
    .lineInterpolation(LineInterpolation.Linear)
    .fillOpacity(fillOf(spec))
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(spec.hasTable ? LegendDisplayMode.Table : LegendDisplayMode.List)
        .placement(spec.hasTable ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs(spec.hasTable ? ['lastNotNull', 'max'] : []),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (spec.isStacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (spec.showsSteps) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  return place(builder, spec, GRAPH_HEIGHT);
}

/** Areas below several lines would make one mud. */
function fillOf({ isStacked, queries }: GraphSpec): number {
  const hasManyLines = queries.some((query) => query.build().legendFormat?.includes('{{'));
  return isStacked ? 40 : hasManyLines ? 0 : 8;
}

export interface StatSpec extends PanelSpec {
  /** Without the small graph behind it. */
  readonly isPlain?: boolean;
  /** What is written: the value alone where there is one, value and name where there are several. */
  readonly text?: 'value' | 'name' | 'value_and_name';
}

/** A number, large. */
export function stat(spec: StatSpec): Placed {
  const builder = new StatPanel()
    .colorMode(BigValueColorMode.Value)
    .graphMode(spec.isPlain ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .textMode(TEXT_MODES[spec.text ?? 'value'])
    .orientation(VizOrientation.Auto)
    .reduceOptions(newest());
  return place(builder, spec, STAT_HEIGHT);
}

const TEXT_MODES = {
  value: BigValueTextMode.Value,
  name: BigValueTextMode.Name,
  value_and_name: BigValueTextMode.ValueAndName,
} as const;

/** A bar for each series, the newest values side by side. */
export function bars(spec: PanelSpec): Placed {
  const builder = new BarGaugePanel()
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(true)
    // Without sizes few bars shout; names that are larger than 12 are cut off where there are many.
    .text(new VizTextDisplayOptionsBuilder().titleSize(11.5).valueSize(15))
    .namePlacement(BarGaugeNamePlacement.Left)
    .reduceOptions(newest());
  return place(builder, spec, GRAPH_HEIGHT);
}

/** A strip for each series, coloured by its value. */
export function strips(spec: PanelSpec): Placed {
  const builder = new StateTimelinePanel()
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(85)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
  return place(builder, spec, GRAPH_HEIGHT);
}

function newest(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);
}

/** What the builders of all kinds have in common. */
interface AnyPanelBuilder {
  build(): Panel;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: typeof DATASOURCE): this;
  targets(queries: Query[]): this;
  unit(unit: string): this;
  min(min: number): this;
  max(max: number): this;
  decimals(decimals: number): this;
  mappings(mappings: ValueMapping[]): this;
  noValue(text: string): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  colorScheme(color: FieldColorBuilder): this;
  timeFrom(timeFrom: string): this;
  hideTimeOverride(hidden: boolean): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
  overrideByRegexp(expression: string, properties: DynamicConfigValue[]): this;
}

/** Sets what all kinds have in common, and builds. */
export function place<B extends AnyPanelBuilder>(builder: B, spec: PanelSpec, height: number): Placed {
  const { title, description, unit, queries, steps } = spec;
  builder
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .targets([...queries]);
  if (steps) builder.thresholds(thresholdsOf(steps));
  const isLines = builder instanceof TimeSeriesPanel;
  const mode = isLines ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds;
  builder.colorScheme(new FieldColorBuilder().mode(mode));
  if (spec.min !== undefined) builder.min(spec.min);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  if (spec.mappings) builder.mappings([...spec.mappings]);
  if (spec.nothing !== undefined) builder.noValue(spec.nothing);
  if (spec.lastOf !== undefined) builder.timeFrom(spec.lastOf).hideTimeOverride(true);
  if (spec.link !== undefined) {
    builder.overrideByRegexp('/.*/', [{ id: 'links', value: [{ ...spec.link, targetBlank: false }] }]);
  }
  for (const { series, properties } of spec.overrides ?? []) {
    if (series.startsWith('/')) builder.overrideByRegexp(series, [...properties]);
    else builder.overrideByName(series, [...properties]);
  }
  return { panel: forGrafana10(builder.build()), width: spec.width, height: spec.height ?? height };
}

/** Defaults of the builders that came after Grafana 10, and the footer of tables, which has another shape since Grafana 12. */
const LATER = ['percentChangeColorMode', 'perPage', 'footer'] as const;

function forGrafana10(panel: Panel): Panel {
  const options: Record<string, unknown> = { ...(panel.options as Readonly<Record<string, unknown>>) };
  for (const name of LATER) delete options[name];
  if (panel.type === 'bargauge') delete options['legend'];
  return { ...panel, options };
}

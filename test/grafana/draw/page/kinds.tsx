/** The kinds of panels, by Grafana's own components where its packages hold them. */
import {
  type DataFrame,
  dateTime,
  type GrafanaTheme2,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  type TimeRange,
  VizOrientation,
} from '@grafana/data';
import type { BarGaugeNamePlacement } from '@grafana/schema';
import {
  BarGauge,
  type BarGaugeDisplayMode,
  BigValue,
  type BigValueColorMode,
  type BigValueGraphMode,
  type BigValueTextMode,
  type TableSortByFieldState,
  TimeSeries,
  useTheme2,
  type VizLegendOptions,
  VizRepeater,
  type VizTextDisplayOptions,
} from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import type { Panel, Span } from './dashboard.js';
import { MarksOver } from './marks.js';
import { Strips } from './strips.js';

export interface PanelProps {
  readonly panel: Panel;
  /** Dressed, at least one. */
  readonly frames: DataFrame[];
  readonly span: Span;
  readonly width: number;
  readonly height: number;
}

/** @throws for a kind that is not known here */
export function PanelOfKind(props: PanelProps) {
  const { panel, frames, span, width, height } = props;
  switch (panel.type) {
    case 'timeseries':
      return <Graph {...props} />;
    case 'stat':
    case 'bargauge':
      return <Values {...props} />;
    case 'table':
      return (
        <TableNG
          data={frames[0]!}
          width={width}
          height={height}
          timeRange={timeRangeOf(span)}
          structureRev={1}
          sortBy={(panel.options as { sortBy?: TableSortByFieldState[] }).sortBy ?? []}
        />
      );
    case 'state-timeline':
      return <Strips {...props} />;
    default:
      throw new Error(`panels of kind ${panel.type} are not drawn`);
  }
}

function Graph({ panel, frames, span, width, height }: PanelProps) {
  const legend = (panel.options as { legend: VizLegendOptions }).legend;
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      structureRev={1}
      timeRange={timeRangeOf(span)}
      timeZone="utc"
      legend={legend}
    >
      {(config) => <MarksOver config={config} />}
    </TimeSeries>
  );
}

interface ValueOptions {
  readonly reduceOptions: { readonly calcs: string[] };
  readonly orientation: VizOrientation;
  readonly graphMode: BigValueGraphMode;
  readonly colorMode: BigValueColorMode;
  readonly textMode: BigValueTextMode;
  readonly displayMode: BarGaugeDisplayMode;
  readonly text?: VizTextDisplayOptions;
  readonly namePlacement?: BarGaugeNamePlacement;
}

function Values({ panel, frames, width, height }: PanelProps) {
  const theme = useTheme2();
  const options = panel.options as unknown as ValueOptions;
  const values = () => displaysOf(panel, frames, theme);
  const isBars = panel.type === 'bargauge';
  const wide = width > height ? VizOrientation.Vertical : VizOrientation.Horizontal;
  const orientation = options.orientation === VizOrientation.Auto ? wide : options.orientation;
  return (
    <VizRepeater
      getValues={values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      source={frames}
      width={width}
      height={height}
      renderCounter={1}
      autoGrid={!isBars}
      orientation={orientation}
      itemSpacing={8}
      renderValue={({ value, width: own, height: high, count, alignmentFactors }) =>
        isBars ? (
          <BarGauge
            value={value.display}
            field={value.field}
            orientation={orientation}
            displayMode={options.displayMode}
            {...(options.text === undefined ? {} : { text: options.text })}
            {...(options.namePlacement === undefined ? {} : { namePlacement: options.namePlacement })}
            alignmentFactors={alignmentFactors}
            width={own}
            height={high}
            theme={theme}
          />
        ) : (
          <BigValue
            value={value.display}
            count={count}
            {...(value.sparkline === undefined ? {} : { sparkline: value.sparkline })}
            colorMode={options.colorMode}
            graphMode={options.graphMode}
            textMode={options.textMode}
            alignmentFactors={alignmentFactors}
            width={own}
            height={high}
            theme={theme}
          />
        )
      }
    />
  );
}

function displaysOf({ fieldConfig, options }: Panel, data: DataFrame[], theme: GrafanaTheme2) {
  const { reduceOptions, graphMode } = options as unknown as ValueOptions;
  return getFieldDisplayValues({
    ...{ data, fieldConfig, theme, timeZone: 'utc', reduceOptions: { ...reduceOptions, values: false } },
    replaceVariables: (text) => text,
    sparkline: graphMode !== 'none',
  });
}

function timeRangeOf({ from, to }: Span): TimeRange {
  const range = { from: dateTime(1000 * from), to: dateTime(1000 * to) };
  return { ...range, raw: range };
}

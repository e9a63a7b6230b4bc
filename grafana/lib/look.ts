/** How single series look. */
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

type Properties = readonly DynamicConfigValue[];

const custom = (key: string, value: unknown): DynamicConfigValue => ({ id: `custom.${key}`, value });

export function inColor(color: string): Properties {
  return [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }];
}

/** Colours of the states of a server, by name. */
export const STATE_COLORS = {
  ok: 'green',
  warming: 'blue',
  maintenance: 'purple',
  gaps: 'orange',
  stale: 'red',
} as const;

/** Each series in the colour of its name. */
export function byName(colors: Readonly<Record<string, string>>): { series: string; properties: Properties }[] {
  return Object.entries(colors).map(([series, color]) => ({ series, properties: inColor(color) }));
}

/** A thin line of dashes, without an area. */
export function dashed(color: string): Properties {
  return [
    ...inColor(color),
    custom('lineStyle', { fill: 'dash', dash: [6, 6] }),
    custom('lineWidth', 1),
    custom('fillOpacity', 0),
  ];
}

/** A line without an area below it. */
export function plainLine(color: string, width = 2): Properties {
  return [...inColor(color), custom('lineWidth', width), custom('fillOpacity', 0)];
}

/** The upper edge of a band that reaches down to the series `lower`. */
export function bandAbove(lower: string, color: string, opacity: number): Properties {
  return [
    ...inColor(color),
    custom('lineWidth', 0),
    custom('fillOpacity', opacity),
    custom('fillBelowTo', lower),
    ...withoutLegend(),
  ];
}

/** The lower edge of a band. */
export function bandEdge(color: string): Properties {
  return [...inColor(color), custom('lineWidth', 0), custom('fillOpacity', 0), ...withoutLegend()];
}

/** Points only, for what happens now and then. */
export function dots(): Properties {
  return [
    custom('drawStyle', 'points'),
    custom('showPoints', 'always'),
    custom('pointSize', 6),
    custom('fillOpacity', 0),
  ];
}

function withoutLegend(): Properties {
  return [custom('hideFrom', { legend: true, tooltip: false, viz: false })];
}

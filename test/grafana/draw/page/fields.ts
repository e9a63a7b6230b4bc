/** From what was found to what is drawn: transformations, then units, colours and the overrides of single series. */
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  FieldConfigProperty,
  type FieldConfigPropertyItem,
  type GrafanaTheme2,
  Registry,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import type { Panel } from './dashboard.js';

/** What Grafana's own graph panel has where a dashboard says nothing. */
const GRAPH_DEFAULTS = {
  ...{ drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, gradientMode: 'none' },
  ...{ showPoints: 'auto', pointSize: 5, spanNulls: false, barAlignment: 0, axisPlacement: 'auto', axisLabel: '' },
  ...{ scaleDistribution: { type: 'linear' }, hideFrom: { legend: false, tooltip: false, viz: false } },
  ...{ thresholdsStyle: { mode: 'off' }, stacking: { mode: 'none', group: 'A' } },
};

/** Grafana's own code keeps transformations in a registry that its application fills. */
export function registerTransformations(): void {
  const own = [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer];
  standardTransformersRegistry.setInit(() =>
    own.map(({ id, name, ...more }) => ({
      ...{ id, name, description: name, imageDark: '', imageLight: '' },
      transformation: async () => ({ id, name, ...more }),
      editor: () => null,
    })),
  );
}

export async function dress(panel: Panel, frames: DataFrame[], theme: GrafanaTheme2): Promise<DataFrame[]> {
  const asIs = (text: string) => text;
  const steps = panel.transformations ?? [];
  const found = await firstValueFrom(transformDataFrame(steps, frames, { interpolate: asIs }));
  const { defaults, overrides } = panel.fieldConfig;
  const custom = { ...(panel.type === 'timeseries' ? GRAPH_DEFAULTS : {}), ...defaults.custom };
  const dressed = applyFieldOverrides({
    data: found,
    fieldConfig: { defaults: { ...defaults, custom }, overrides },
    fieldConfigRegistry: registryOf(panel, Object.keys(custom)),
    replaceVariables: asIs,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(dressed);
  return dressed;
}

/** The properties that may be set: all that Grafana knows of any field, and those that this panel sets. */
function registryOf({ fieldConfig }: Panel, custom: readonly string[]): Registry<FieldConfigPropertyItem> {
  const overridden = fieldConfig.overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const ids = new Set([...Object.values(FieldConfigProperty), ...custom.map((key) => `custom.${key}`), ...overridden]);
  return new Registry(() => [...ids].map(propertyOf));
}

function propertyOf(id: string): FieldConfigPropertyItem {
  const isCustom = id.startsWith('custom.');
  return {
    ...{ id, name: id, isCustom, path: isCustom ? id.slice('custom.'.length) : id },
    ...{ editor: () => null, override: () => null },
    process: (value) => value,
    shouldApply: () => true,
  };
}

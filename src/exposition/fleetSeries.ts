/** The families about the fleet as a whole, as text; before anything can be judged there is no sample. */
import type { FleetReport } from '../core/fleet.js';
import { FLEET_METRICS } from './catalogue/fleet.js';
import { escapeLabelValue, familyHead, formatMeasure } from './seriesText.js';

type FleetMetricName = (typeof FLEET_METRICS)[number]['name'];

/** Yields family by family and returns the number of series. */
export function* renderFleetSeries(fleet: FleetReport): Generator<string, number> {
  let rendered = 0;
  for (const { name, type, help } of FLEET_METRICS) {
    const lines = linesOf(name, fleet);
    if (lines.length === 0) continue;
    rendered += lines.length;
    yield familyHead(name, type, help) + lines.join('');
  }
  return rendered;
}

function linesOf(name: FleetMetricName, fleet: FleetReport): string[] {
  const { judged, stressed, cascade, categories } = fleet;
  const single = (value: number) => (judged > 0 ? [`${name} ${formatMeasure(value)}\n`] : []);
  switch (name) {
    case 'linborg_anomaly_score':
      return [...fleet.anomalies].flatMap(([server, metrics]) => {
        const label = `server="${escapeLabelValue(server)}"`;
        return metrics.map(
          ({ metric, score }) => `${name}{${label},metric="${escapeLabelValue(metric)}"} ${formatMeasure(score)}\n`,
        );
      });
    case 'linborg_server_stress_ratio':
      return stressed.map(
        ({ server, stress }) => `${name}{server="${escapeLabelValue(server)}"} ${formatMeasure(stress)}\n`,
      );
    case 'linborg_stressed_servers':
      return single(stressed.length);
    case 'linborg_stressed_servers_usual':
      return single(fleet.usualShare * judged);
    case 'linborg_cascade_score':
      return single(cascade?.score ?? 0);
    case 'linborg_cascade_servers':
      return single(cascade?.members.length ?? 0);
    case 'linborg_cascade_origin_info':
      return cascade === undefined ? [] : [`${name}{server="${escapeLabelValue(cascade.origin.server)}"} 1\n`];
    case 'linborg_category_anomaly':
      return categories.flatMap(({ category, severity }) =>
        severity === undefined ? [] : [`${name}{category="${category}",severity="${severity}"} 1\n`],
      );
    case 'linborg_category_anomaly_score':
      return categories.map(({ category, score }) => `${name}{category="${category}"} ${formatMeasure(score)}\n`);
    case 'linborg_category_anomaly_confidence_ratio':
      return categories.map(
        ({ category, confidence }) => `${name}{category="${category}"} ${formatMeasure(confidence)}\n`,
      );
  }
}

/** What a source asks for, in words: for `check config`. */
import { METRIC_NAMES } from '../core/metrics.js';
import type { MappingPack } from '../mapping/pack.js';
import type { PrometheusOptions } from '../sources/options.js';

/** One line each: the pack with what it extends, what the configuration writes over it, and the metrics that nobody asks for. */
export function describeSource({ url, mappings }: PrometheusOptions, pack: MappingPack): string[] {
  const known = METRIC_NAMES.filter((metric) => pack.alternatives.has(metric));
  const absent = METRIC_NAMES.filter((metric) => !pack.alternatives.has(metric));
  const written = METRIC_NAMES.filter((metric) => mappings[metric] !== undefined);
  const bases = pack.bases.length > 0 ? `, which extends ${[...new Set(pack.bases)].join(', ')}` : '';
  return [
    `  ${url}: pack ${pack.name}${bases}; knows ${known.length} of ${METRIC_NAMES.length} metrics`,
    ...(written.length > 0 ? [`    written in the configuration: ${written.join(', ')}`] : []),
    ...(absent.length > 0 ? [`    nobody is asked for: ${absent.join(', ')}`] : []),
  ];
}

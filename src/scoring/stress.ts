/** How far a server is on the bad side of what was forecast for it. */
import type { Frame } from '../core/flow.js';
import { breachDirection, type MetricName } from '../core/metrics.js';
import { DEVIATION_STEPS, type DeviationMemory } from './deviations.js';

/** What hurts together counts once: a busy processor shows in idle time and load alike. */
const FAMILIES: readonly (readonly MetricName[])[] = [
  ['cpu_idle_pct', 'java_cpu_pct', 'load_average'],
  ['mem_used_pct', 'swap_used_pct'],
  ['cpu_iowait_pct', 'disk_usage_pct'],
  ['back_close_wait', 'front_close_wait'],
];

/**
 * Stress of a server in a bucket: the mean of its two largest deviations to the bad side, of different families, so that no
 * metric makes it alone unless it is far out. Quiet families count 0; NaN where nothing is known.
 */
export function stressAt({ server }: Frame, bucket: number, deviations: DeviationMemory): number {
  const [first = Number.NaN, second = 0] = FAMILIES.map((family) => worstOf(server, family, bucket, deviations))
    .filter((worst) => !Number.isNaN(worst))
    .sort((a, b) => b - a);
  return (first + second) / 2;
}

/** [DEVIATION_STEPS] stress by bucket, the newest last; NaN = not known. Asked for only where a server is under stress. */
export function stressPath(frame: Frame, deviations: DeviationMemory): Float64Array {
  const first = frame.newest - DEVIATION_STEPS + 1;
  return Float64Array.from({ length: DEVIATION_STEPS }, (_, i) => stressAt(frame, first + i, deviations));
}

/** Largest deviation to the bad side, ≥ 0; NaN where none is known. */
function worstOf(server: string, family: readonly MetricName[], bucket: number, deviations: DeviationMemory): number {
  let worst = Number.NaN;
  for (const metric of family) {
    const signed = deviations.at(server, metric, bucket);
    const bad = Math.max(0, breachDirection(metric) === 'above' ? signed : -signed);
    if (bad >= (Number.isNaN(worst) ? 0 : worst)) worst = bad;
  }
  return worst;
}

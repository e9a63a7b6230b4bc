/** The fleet's 14 metrics straight into memory, without Prometheus: for benches and tests. */
import type { SampleBatch, SampleSeries } from '../core/flow.js';
import { METRIC_NAMES } from '../core/metrics.js';
import type { Fleet } from './fleet.js';
import type { SimulatedServer } from './server/simulatedServer.js';
import { ROW, ROW_LENGTH, STEP_SECONDS } from './step.js';

/**
 * The step means of all servers for fromStep ≤ step < toStep (steps of 300 s since the epoch) as one batch of buckets.
 * All series share one `times` array; a server that is down has NaN. Servers without Java have no `java_cpu_pct` series.
 */
export function fleetBatch(fleet: Fleet, fromStep: number, toStep: number): SampleBatch {
  const times = Float64Array.from({ length: toStep - fromStep }, (_, index) => (fromStep + index) * STEP_SECONDS);
  const row = new Float64Array(ROW_LENGTH);
  const series = fleet.servers.flatMap((server) => serverSeries(server, fromStep, times, row));
  return { kind: 'buckets', source: 'simulator', at: toStep * STEP_SECONDS, series };
}

function serverSeries(
  server: SimulatedServer,
  fromStep: number,
  times: Float64Array,
  row: Float64Array,
): SampleSeries[] {
  const length = times.length;
  const block = new Float64Array(ROW_LENGTH * length);
  for (let index = 0; index < length; index++) {
    server.writeStep(fromStep + index, row);
    for (let metric = 0; metric < ROW_LENGTH; metric++) block[metric * length + index] = row[metric]!;
  }
  return METRIC_NAMES.filter((metric) => metric !== 'java_cpu_pct' || server.hasJava).map((metric) => {
    const from = ROW[metric] * length;
    return { server: server.name, metric, times, values: block.subarray(from, from + length) };
  });
}

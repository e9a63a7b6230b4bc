/** One server's recorded history on the grid of bins: what is replayed, and what forecasts are compared with. */
import { asFloat32 } from '../../core/float32.js';
import type { SampleSeries } from '../../core/flow.js';
import { type Profile, type ProfileRule, profileOf } from '../../core/profiles.js';

export interface ServerTrace {
  /** Name of the folder, or `prometheus`. */
  readonly dataset: string;
  readonly server: string;
  readonly profile: Profile;
  readonly stepSeconds: number;
  /** Index of the first bin: epoch seconds / stepSeconds. */
  readonly first: number;
  /** Bins from the first to the last row, gaps included. */
  readonly length: number;
  /** [length]: epoch seconds of each bin's start. */
  readonly times: Float64Array;
  /** Per metric [length]; NaN = unknown. */
  readonly values: ReadonlyMap<string, Float64Array>;
}

export interface TraceOrigin {
  readonly dataset: string;
  readonly stepSeconds: number;
  readonly profiles: readonly ProfileRule[];
}

/** Lays the series of one server on the grid; undefined without a sample. */
export function toServerTrace(series: readonly SampleSeries[], origin: TraceOrigin): ServerTrace | undefined {
  const { dataset, stepSeconds, profiles } = origin;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { times } of series) {
    if (times.length === 0) continue;
    first = Math.min(first, Math.floor(times[0]! / stepSeconds));
    last = Math.max(last, Math.floor(times.at(-1)! / stepSeconds));
  }
  const length = last - first + 1;
  if (!(length > 0)) return undefined;
  const server = series[0]!.server;
  return {
    dataset,
    server,
    profile: profileOf(server, profiles),
    stepSeconds,
    first,
    length,
    times: Float64Array.from({ length }, (_, i) => (first + i) * stepSeconds),
    values: new Map(series.map(({ metric, times, values }) => [metric, onGrid(times, values)])),
  };

  function onGrid(times: Float64Array, samples: Float64Array): Float64Array {
    const values = new Float64Array(length).fill(Number.NaN);
    times.forEach((time, i) => {
      // What the windows cannot hold is no truth to measure by either.
      const isKnown = !Number.isNaN(asFloat32(samples[i]!));
      if (isKnown) values[Math.floor(time / stepSeconds) - first] = samples[i]!;
    });
    return values;
  }
}

/** The values of a metric after bin `newest` (an absolute index), [steps]; NaN where unknown or after the trace's end. */
export function valuesAfter(trace: ServerTrace, metric: string, newest: number, steps: number): Float64Array {
  const actual = new Float64Array(steps).fill(Number.NaN);
  const from = newest + 1 - trace.first;
  actual.set(trace.values.get(metric)?.subarray(from, from + steps) ?? []);
  return actual;
}

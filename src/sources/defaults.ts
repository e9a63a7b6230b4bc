/** Configured values for metrics that a server does not have. */
import type { SampleSeries } from '../core/flow.js';
import type { MetricName } from '../core/metrics.js';
import { type BucketRange, bucketCount, STEP_SECONDS } from './grid.js';
import type { PrometheusOptions } from './options.js';

/** Remembers in which buckets of a pull a server had data, so that a default never outlives its server. */
export class Defaults {
  readonly #defaults: readonly (readonly [MetricName, number])[];
  readonly #range: BucketRange;
  /** One flag per bucket of the range. */
  readonly #present = new Map<string, Uint8Array>();

  constructor(options: PrometheusOptions, range: BucketRange) {
    this.#defaults = Object.entries(options.metrics).flatMap(([metric, { default: value }]) =>
      value === undefined ? [] : [[metric as MetricName, value] as const],
    );
    this.#range = range;
  }

  saw(series: SampleSeries): void {
    if (this.#defaults.length === 0) return;
    let flags = this.#present.get(series.server);
    if (!flags) {
      flags = new Uint8Array(bucketCount(this.#range));
      this.#present.set(series.server, flags);
    }
    series.times.forEach((time, i) => {
      if (Number.isFinite(series.values[i])) flags[(time - this.#range.from) / STEP_SECONDS] = 1;
    });
  }

  /** The series to add: one for each server seen that lacks a metric with a default. */
  series(isAbsent: (metric: MetricName, server: string) => boolean): SampleSeries[] {
    const added: SampleSeries[] = [];
    for (const [server, flags] of this.#present) {
      const starts = [...flags].flatMap((flag, i) => (flag ? [this.#range.from + i * STEP_SECONDS] : []));
      const times = Float64Array.from(starts);
      for (const [metric, value] of this.#defaults)
        if (isAbsent(metric, server)) added.push({ server, metric, times, values: times.map(() => value) });
    }
    return added;
  }
}

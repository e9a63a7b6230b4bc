/** Whom to believe where a server is pulled from Prometheus and pushed by a client as well: Prometheus, metric by metric. */
import type { SampleBatch, SampleSeries } from '../../core/flow.js';

/** Starts of the first and the last bucket that were pulled, epoch seconds. */
interface PulledSpan {
  readonly first: number;
  readonly last: number;
}

/**
 * Remembers what was pulled. A pushed bucket gives way where its metric has been pulled for its server before and after, or
 * last within `staleAfterSeconds`; a metric that nobody pulls is taken from the client.
 */
export class Precedence {
  readonly #staleAfterSeconds: number;
  readonly #pulled = new Map<string, Map<string, PulledSpan>>();

  constructor(staleAfterSeconds: number) {
    this.#staleAfterSeconds = staleAfterSeconds;
  }

  /** Remembers what a batch that was pulled has values for. */
  note({ series }: SampleBatch): void {
    for (const { server, metric, times, values } of series) {
      const first = values.findIndex(Number.isFinite);
      if (first < 0) continue;
      const span = { first: times[first]!, last: times[values.findLastIndex(Number.isFinite)]! };
      const metrics = this.#pulled.get(server) ?? new Map<string, PulledSpan>();
      this.#pulled.set(server, metrics);
      const known = metrics.get(metric) ?? span;
      metrics.set(metric, { first: Math.min(known.first, span.first), last: Math.max(known.last, span.last) });
    }
  }

  /** The batch of a client without what gives way. */
  yielding(pushed: SampleBatch): SampleBatch {
    if (this.#pulled.size === 0) return pushed;
    return { ...pushed, series: pushed.series.map((series) => this.#yieldingSeries(series)) };
  }

  /** Whether any metric of a server is being pulled at epoch second `at`. */
  isPulled(server: string, at: number): boolean {
    const spans = this.#pulled.get(server)?.values() ?? [];
    return [...spans].some(({ last }) => at <= last + this.#staleAfterSeconds);
  }

  forget(server: string): void {
    this.#pulled.delete(server);
  }

  #yieldingSeries(series: SampleSeries): SampleSeries {
    const span = this.#pulled.get(series.server)?.get(series.metric);
    if (span === undefined) return series;
    const isKept = (time: number) => time < span.first || time > span.last + this.#staleAfterSeconds;
    return {
      ...series,
      times: series.times.filter(isKept),
      values: series.values.filter((_, i) => isKept(series.times[i]!)),
    };
  }
}

/** One trace fed into a window bin by bin, so that no stop can see what comes after it. */
import type { Frame } from '../../core/flow.js';
import type { WindowOptions } from '../../windows/options.js';
import { WindowStore } from '../../windows/store.js';
import { AnomalyMemory } from './anomaly.js';
import { type ReplayStop, type ScheduleSettings, scheduleStops } from './schedule.js';
import type { ServerTrace } from './serverTrace.js';

export class ServerReplay {
  readonly trace: ServerTrace;
  readonly stops: readonly ReplayStop[];
  /** What was forecast for the risk of late. */
  readonly anomalies = new AnomalyMemory();
  readonly #store: WindowStore;
  /** Bins that have been fed, or are too old to matter. */
  #fed: number;
  #next = 0;

  constructor(trace: ServerTrace, schedule: ScheduleSettings, windows: WindowOptions) {
    this.trace = trace;
    this.stops = scheduleStops(trace, schedule);
    this.#store = new WindowStore(windows);
    this.#fed = Math.max(0, (this.stops[0]?.bin ?? 0) - Math.round(windows.historySeconds / windows.stepSeconds));
  }

  /** Epoch seconds of the next stop: the end of the last bin that is known there. Infinity after the last. */
  get nextAt(): number {
    const stop = this.stops[this.#next];
    return stop === undefined ? Number.POSITIVE_INFINITY : (this.trace.first + stop.bin) * this.trace.stepSeconds;
  }

  /** Feeds all bins before the next stop, and stops there. The frame is undefined while nothing of the server is known. */
  advance(): { readonly stop: ReplayStop; readonly frame: Frame | undefined } {
    const at = this.nextAt;
    const stop = this.stops[this.#next++]!;
    const { server, times, values } = this.trace;
    this.#store.ingest({
      kind: 'buckets',
      source: 'replay',
      at,
      series: [...values].map(([metric, column]) => ({
        server,
        metric,
        times: times.subarray(this.#fed, stop.bin),
        values: column.subarray(this.#fed, stop.bin),
      })),
    });
    this.#fed = stop.bin;
    return { stop, frame: this.#store.frame(server, at) };
  }
}

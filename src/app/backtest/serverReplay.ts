/** One trace fed into a window bin by bin, so that no stop can see what comes after it. */
import type { Frame } from '../../core/flow.js';
import type { WindowOptions } from '../../windows/options.js';
import { WindowStore } from '../../windows/store.js';
import { type ReplayStop, type ScheduleSettings, scheduleStops } from './schedule.js';
import type { ServerTrace } from './serverTrace.js';

/** A server at one of its stops. */
export interface StoppedServer {
  readonly stop: ReplayStop;
  /** Epoch seconds: the end of the last fed bin. */
  readonly at: number;
  /** Undefined while nothing of the server is known. */
  readonly frame: Frame | undefined;
}

export class ServerReplay {
  readonly trace: ServerTrace;
  readonly stops: readonly ReplayStop[];
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

  get isDone(): boolean {
    return this.#next === this.stops.length;
  }

  /** Share of the stops that are behind, 0–1. */
  get progress(): number {
    return this.stops.length === 0 ? 1 : this.#next / this.stops.length;
  }

  /** Feeds all bins before the next stop, and stops there. */
  advance(): StoppedServer {
    const stop = this.stops[this.#next++]!;
    const { server, first, stepSeconds, times, values } = this.trace;
    const at = (first + stop.bin) * stepSeconds;
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
    return { stop, at, frame: this.#store.frame(server, at) };
  }
}

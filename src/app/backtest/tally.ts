/** How far a replay has come, and what failed in it. */
import { ModelError } from '../../core/errors.js';
import { describeRemaining, type Progress } from '../progress.js';
import type { ReplayEvent } from './replayTraces.js';
import type { Round } from './round.js';

export class Tally {
  failed = 0;
  readonly #servers: number;
  readonly #progress: Progress;
  readonly #startedAt = performance.now();
  /** Servers and stops that are, or were, under way. */
  #startedServers = 0;
  #startedStops = 0;
  #stops = 0;

  constructor(servers: number, progress: Progress) {
    this.#servers = servers;
    this.#progress = progress;
  }

  /** Throws ModelError once everything fails. */
  add(event: ReplayEvent, forecasts: number): void {
    switch (event.kind) {
      case 'started':
        this.#startedServers += event.servers;
        this.#startedStops += event.stops;
        return;
      case 'finished':
        return;
      case 'round':
        this.#stops += event.outcomes.length;
        this.#countFailures(event, forecasts);
        this.#show(forecasts);
    }
  }

  #countFailures({ failure, failedSeries }: Round, forecasts: number): void {
    if (failure === undefined) return;
    if (forecasts === 0) throw new ModelError(`nothing could be forecast: ${failure}`);
    if (this.failed === 0) this.#progress.done(`warning: some forecasts fail: ${failure}`);
    this.failed += failedSeries;
  }

  #show(forecasts: number): void {
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    // Servers that are yet to be read are taken to be like those that were.
    const allStops = (this.#startedStops / this.#startedServers) * this.#servers;
    const share = Math.min(1, this.#stops / allStops);
    const parts = [
      `replaying ${this.#startedServers} of ${this.#servers} servers: ${Math.floor(100 * share)} %`,
      `${Math.round(forecasts / elapsed)} forecasts/s`,
      describeRemaining(share, elapsed),
    ];
    this.#progress.update(parts.join('  '));
  }
}

/** What `serve` knows of the fleet as a whole, from cycle to cycle. */
import type { FleetReport } from '../../core/fleet.js';
import { DeviationMemory } from '../../scoring/deviations.js';
import { FleetWatch } from '../../scoring/fleet.js';
import type { CycleResult } from '../cycle.js';

export class FleetMonitor {
  readonly #deviations = new DeviationMemory();
  readonly #watch = new FleetWatch();

  /** Judges the newest samples against what was forecast for them, and keeps what is forecast now. */
  observe({ servers, at }: CycleResult): FleetReport {
    for (const { frame, forecasts } of servers) {
      this.#deviations.judge(frame);
      this.#deviations.remember(frame, forecasts);
    }
    const frames = servers.map(({ frame }) => frame);
    const state = this.#watch.observe(frames, this.#deviations, at);
    const fresh = frames.filter((frame) => frame.state !== 'stale');
    const anomalies = new Map(fresh.map((frame) => [frame.server, this.#deviations.anomalies(frame)]));
    return { ...state, anomalies };
  }

  forget(server: string): void {
    this.#deviations.forget(server);
    this.#watch.forget(server);
  }
}

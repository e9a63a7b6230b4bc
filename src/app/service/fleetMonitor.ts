/** What `serve` knows of the fleet as a whole, from cycle to cycle. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AnomalyCategory } from '../../core/category.js';
import type { FleetReport, MetricAnomaly } from '../../core/fleet.js';
import { CategoryWatch } from '../../scoring/categories.js';
import { DeviationMemory } from '../../scoring/deviations.js';
import { FleetWatch } from '../../scoring/fleet.js';
import type { CycleResult } from '../cycle.js';

/** Servers judged before the event loop gets its turn: a few milliseconds of work. */
const CHUNK = 100;

export class FleetMonitor {
  readonly #deviations = new DeviationMemory();
  readonly #watch = new FleetWatch();
  readonly #categories: CategoryWatch;

  /** @param targetCategories  of extra targets, by name */
  constructor(targetCategories: ReadonlyMap<string, AnomalyCategory> = new Map()) {
    this.#categories = new CategoryWatch(targetCategories);
  }

  /** Judges the newest samples against what was forecast for them, and keeps what is forecast now. */
  async observe({ servers, at }: CycleResult): Promise<FleetReport> {
    const anomalies = new Map<string, readonly MetricAnomaly[]>();
    for (const [i, { frame, forecasts }] of servers.entries()) {
      if (i % CHUNK === CHUNK - 1) await nextTurn();
      this.#deviations.judge(frame);
      this.#deviations.remember(frame, forecasts);
      this.#watch.judge(frame, this.#deviations);
      this.#categories.judge(frame, this.#deviations);
      if (frame.state !== 'stale') anomalies.set(frame.server, this.#deviations.anomalies(frame));
    }
    const categories = this.#categories.conclude(at);
    return { ...this.#watch.conclude(this.#deviations, at), anomalies, categories };
  }

  forget(server: string): void {
    this.#deviations.forget(server);
    this.#watch.forget(server);
  }
}

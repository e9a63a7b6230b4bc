/** What series of one metric, and of one metric in one profile, share: calibration and who serves. */
import type { Profile } from '../core/profiles.js';
import type { ServingModel } from '../core/truth.js';
import type { BaselineMethod } from './baselines.js';
import { PooledFactors, type Side } from './conformal.js';
import { ChampionGate, type Choice } from './gate.js';
import type { FactorPool } from './seriesLedger.js';

/** The gate looks back so many half-lives of live accuracy: a week, where that is a day. */
const GATE_HALF_LIVES = 7;

interface MetricGroup {
  readonly pool: PooledFactors;
  readonly gate: ChampionGate;
  readonly profiles: Map<Profile, ProfileGroup>;
}

/** One metric in one profile; what it does not know itself, its metric answers. */
export class ProfileGroup implements FactorPool {
  readonly #metric: MetricGroup;
  readonly pool: PooledFactors;
  readonly gate: ChampionGate;

  constructor(metric: MetricGroup, gate: ChampionGate) {
    this.#metric = metric;
    this.pool = new PooledFactors(metric.pool);
    this.gate = gate;
  }

  logFactor(bin: number, side: Side): number {
    return this.pool.logFactor(bin, side);
  }

  count(bin: number, side: Side, isBeyond: (factor: number) => boolean): void {
    this.pool.count(bin, side, isBeyond);
    this.#metric.pool.count(bin, side, isBeyond);
  }

  /** Takes the scaled errors of one step in. */
  compare(bucket: number, blend: number, errors: Float64Array): void {
    this.gate.add(bucket, blend, errors);
    this.#metric.gate.add(bucket, blend, errors);
  }

  /** The baseline that serves; undefined = the model. */
  get baseline(): BaselineMethod | undefined {
    return (this.gate.isKnowing ? this.gate : this.#metric.gate).choice?.baseline;
  }
}

/** All groups, made when they are first asked for. */
export class Groups {
  readonly #metrics = new Map<string, MetricGroup>();
  readonly #createGate: () => ChampionGate;

  constructor(baselines: readonly BaselineMethod[], halfLifeBuckets: number) {
    // A bad night or weekend is no reason to change who serves.
    this.#createGate = () => new ChampionGate(baselines, GATE_HALF_LIVES * halfLifeBuckets);
  }

  of(metric: string, profile: Profile): ProfileGroup {
    let wide = this.#metrics.get(metric);
    if (wide === undefined) {
      wide = { pool: new PooledFactors(), gate: this.#createGate(), profiles: new Map() };
      this.#metrics.set(metric, wide);
    }
    let group = wide.profiles.get(profile);
    if (group === undefined) {
      group = new ProfileGroup(wide, this.#createGate());
      wide.profiles.set(profile, group);
    }
    return group;
  }

  /** Lets what came due take effect at epoch second `at`. */
  settle(at: number): void {
    for (const { pool, gate, profiles } of this.#metrics.values()) {
      pool.settle();
      gate.decide(at);
      for (const group of profiles.values()) {
        group.pool.settle();
        group.gate.decide(at);
      }
    }
  }

  /** Who serves each metric, and each profile that makes another choice than its metric. */
  serving(model: string): ServingModel[] {
    const serving: ServingModel[] = [];
    const nameOf = (choice: Choice) => choice.baseline?.name ?? model;
    const tell = ({ since, reason }: Choice) => ({ since, reason });
    for (const [metric, { gate, profiles }] of this.#metrics) {
      const { choice } = gate;
      if (choice === undefined) continue;
      serving.push({ metric, model: nameOf(choice), ...tell(choice) });
      for (const [profile, { gate: own }] of profiles) {
        if (own.choice === undefined || !own.isKnowing || nameOf(own.choice) === nameOf(choice)) continue;
        serving.push({ metric, profile, model: nameOf(own.choice), ...tell(own.choice) });
      }
    }
    return serving;
  }
}

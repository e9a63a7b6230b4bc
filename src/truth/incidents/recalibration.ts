/** What is served in place of a model's probabilities, from how true those were of late (docs/truth.md). */
import type { Profile } from '../../core/profiles.js';
import { sigmoid } from '../../core/statistics.js';
import type { ClaimSubject, JudgedClaim } from './judgedClaim.js';
import { LineLevel } from './lineLevel.js';
import { logOdds } from './oddsEvidence.js';
import { alongLine, type Looseness } from './oddsLine.js';
import { OwnRate } from './ownRate.js';
import { RisingCurves } from './risingCurves.js';

/**
 * Four independent breaches move the line of all metrics half-way from what the model says to what came, eight that of a metric
 * half-way from there, sixteen that of a profile: the information of n cases about the shift is Σ p (1 − p), which is about their
 * breaches. Each level takes more than the one above, whose evidence holds its own already.
 */
const LOOSENESS = {
  all: { shift: 4 ** -0.5, slope: 0.2 },
  metric: { shift: 8 ** -0.5, slope: 0.14 },
  profile: { shift: 16 ** -0.5, slope: 0.1 },
} satisfies Record<string, Looseness>;

interface MetricLevel {
  readonly level: LineLevel;
  readonly profiles: Map<Profile, LineLevel>;
}

/**
 * The lines of a fleet: of all metrics, of each metric, of each metric in each profile; each held to the one before it. Then each server's own
 * rate, and a curve over all.
 */
export class Recalibration {
  readonly #halfLifeBuckets: number;
  readonly #all: LineLevel;
  readonly #metrics = new Map<string, MetricLevel>();
  /** By server, then by metric. */
  readonly #own = new Map<string, Map<string, OwnRate>>();
  readonly #curves: RisingCurves;

  constructor(halfLifeBuckets: number) {
    this.#halfLifeBuckets = halfLifeBuckets;
    this.#all = new LineLevel(halfLifeBuckets, LOOSENESS.all);
    this.#curves = new RisingCurves(halfLifeBuckets);
  }

  /** Takes effect with the next `settle`. */
  add(verdict: JudgedClaim): void {
    const { horizon, bucket, came } = verdict;
    const weight = verdict.weight * this.#all.learnt(horizon);
    const level = this.#levelOf(verdict.metric, verdict.profile);
    const own = this.#ownOf(verdict.server, verdict.metric);
    const promised = alongLine(level.lines[horizon]!, verdict.probability);
    this.#curves.add({ ...verdict, weight, probability: shifted(promised, own.shifts[horizon]!) });
    // What hits the servers of a level together is one event for each of them, too.
    own.add(horizon, bucket, { promised, came, weight: weight / level.casesPerIndependent(horizon) });
    level.add(verdict);
  }

  settle(): void {
    const isChanged = this.#all.settle(false);
    for (const { level, profiles } of this.#metrics.values()) {
      const isMetricChanged = level.settle(isChanged);
      for (const ofProfile of profiles.values()) ofProfile.settle(isMetricChanged);
    }
    for (const rates of this.#own.values()) for (const rate of rates.values()) rate.settle();
    this.#curves.settle();
  }

  /**
   * What to serve; the order of one server's probabilities for one metric stays, within a horizon and from one to the next.
   * @param raw  [RISK_HORIZONS] ascending
   */
  apply({ server, metric, profile }: ClaimSubject, raw: Float32Array): Float32Array {
    const known = this.#metrics.get(metric);
    const { lines } = known?.profiles.get(profile) ?? known?.level ?? this.#all;
    const shifts = this.#own.get(server)?.get(metric)?.shifts;
    const served = new Float32Array(raw.length);
    let least = 0;
    lines.forEach((line, h) => {
      const own = shifted(alongLine(line, raw[h]!), shifts?.[h] ?? 0);
      // Each horizon is moved by itself: what is likely within one hour is as likely within four.
      least = Math.max(least, this.#curves.along(h, own));
      served[h] = least;
    });
    return served;
  }

  /** Drops what is known of a server alone. */
  forget(server: string): void {
    this.#own.delete(server);
  }

  #levelOf(metric: string, profile: Profile): LineLevel {
    let known = this.#metrics.get(metric);
    if (known === undefined) {
      known = { level: new LineLevel(this.#halfLifeBuckets, LOOSENESS.metric, this.#all), profiles: new Map() };
      this.#metrics.set(metric, known);
    }
    let level = known.profiles.get(profile);
    if (level === undefined) {
      level = new LineLevel(this.#halfLifeBuckets, LOOSENESS.profile, known.level);
      known.profiles.set(profile, level);
    }
    return level;
  }

  #ownOf(server: string, metric: string): OwnRate {
    let rates = this.#own.get(server);
    if (rates === undefined) {
      rates = new Map();
      this.#own.set(server, rates);
    }
    let own = rates.get(metric);
    if (own === undefined) {
      own = new OwnRate(this.#halfLifeBuckets);
      rates.set(metric, own);
    }
    return own;
  }
}

/** No shift leaves a probability as it is to the last digit. */
function shifted(probability: number, shift: number): number {
  return shift === 0 ? probability : sigmoid(logOdds(probability) + shift);
}

/** What is served in place of a model's probabilities, from how true those were of late (docs/truth.md). */

import { RISK_HORIZONS } from '../../core/flow.js';
import type { Profile } from '../../core/profiles.js';
import { alongLine, IDENTITY, type Looseness, OddsEvidence, type OddsLine } from './oddsLine.js';
import { Scatter } from './scatter.js';

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

/** What comes within an hour is often one event, whatever the horizon. */
const LEAST_SPAN_BUCKETS = 12;

/** Evidence on one level, and the lines that follow from it. */
class Level {
  readonly #above: Level | undefined;
  readonly #looseness: Looseness;
  readonly #evidence: readonly OddsEvidence[];
  readonly #scatter: readonly Scatter[];
  #lines: readonly OddsLine[];
  #isStale = false;

  /** @param above  what holds where this level has no evidence */
  constructor(halfLifeBuckets: number, looseness: Looseness, above?: Level) {
    this.#above = above;
    this.#looseness = looseness;
    this.#evidence = RISK_HORIZONS.map(() => new OddsEvidence(halfLifeBuckets));
    this.#scatter = RISK_HORIZONS.map(({ steps }) => new Scatter(Math.max(steps, LEAST_SPAN_BUCKETS), halfLifeBuckets));
    this.#lines = above?.lines ?? RISK_HORIZONS.map(() => IDENTITY);
  }

  /** One per horizon. */
  get lines(): readonly OddsLine[] {
    return this.#lines;
  }

  add(verdict: JudgedClaim): void {
    const { horizon, bucket, probability, came, weight } = verdict;
    this.#above?.add(verdict);
    this.#evidence[horizon]!.add(bucket, probability, came, weight);
    this.#scatter[horizon]!.add(bucket, alongLine(this.#lines[horizon]!, probability), came, weight);
    this.#isStale = true;
  }

  /** Draws the lines anew, where this level or the one above has learnt something. @returns whether it did */
  settle(isAboveChanged: boolean): boolean {
    const isChanged = this.#isStale || isAboveChanged;
    if (isChanged) {
      const held = this.#above?.lines;
      this.#lines = this.#evidence.map((evidence, h) =>
        evidence.line(held?.[h] ?? IDENTITY, this.#looseness, this.#scatter[h]!.casesPerIndependent),
      );
    }
    this.#isStale = false;
    return isChanged;
  }
}

interface MetricLevel {
  readonly level: Level;
  readonly profiles: Map<Profile, Level>;
}

/** One case that came due. */
export interface JudgedClaim {
  readonly metric: string;
  readonly profile: Profile;
  readonly horizon: number;
  /** The bucket by which it was known. */
  readonly bucket: number;
  /** Before any correction. */
  readonly probability: number;
  readonly came: boolean;
  /** How many cases that are independent in time it stands for, ≤ 1. */
  readonly weight: number;
}

/** The lines of a fleet: of all metrics, of each metric, of each metric in each profile; each held to the one before it. */
export class Recalibration {
  readonly #halfLifeBuckets: number;
  readonly #all: Level;
  readonly #metrics = new Map<string, MetricLevel>();

  constructor(halfLifeBuckets: number) {
    this.#halfLifeBuckets = halfLifeBuckets;
    this.#all = new Level(halfLifeBuckets, LOOSENESS.all);
  }

  /** Takes effect with the next `settle`. */
  add(verdict: JudgedClaim): void {
    this.#levelOf(verdict.metric, verdict.profile).add(verdict);
  }

  settle(): void {
    const isChanged = this.#all.settle(false);
    for (const { level, profiles } of this.#metrics.values()) {
      const isMetricChanged = level.settle(isChanged);
      for (const ofProfile of profiles.values()) ofProfile.settle(isMetricChanged);
    }
  }

  /**
   * What to serve; the order of probabilities stays, within a horizon and from one to the next.
   * @param raw  [RISK_HORIZONS] ascending
   */
  apply(metric: string, profile: Profile, raw: Float32Array): Float32Array {
    const known = this.#metrics.get(metric);
    const { lines } = known?.profiles.get(profile) ?? known?.level ?? this.#all;
    const served = new Float32Array(raw.length);
    let least = 0;
    lines.forEach((line, h) => {
      // Each horizon has a line of its own: what is likely within one hour is as likely within four.
      least = Math.max(least, alongLine(line, raw[h]!));
      served[h] = least;
    });
    return served;
  }

  #levelOf(metric: string, profile: Profile): Level {
    let known = this.#metrics.get(metric);
    if (known === undefined) {
      known = { level: new Level(this.#halfLifeBuckets, LOOSENESS.metric, this.#all), profiles: new Map() };
      this.#metrics.set(metric, known);
    }
    let level = known.profiles.get(profile);
    if (level === undefined) {
      level = new Level(this.#halfLifeBuckets, LOOSENESS.profile, known.level);
      known.profiles.set(profile, level);
    }
    return level;
  }
}

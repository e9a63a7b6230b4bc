/** Whether the last hour of a whole category of series was out of what had been forecast for it (docs/fleet.md). */
import {
  ANOMALY_CATEGORIES,
  type AnomalyCategory,
  type CategoryState,
  MOST_SERIES,
  type OutlyingSeries,
  SEVERITIES,
  type Severity,
} from '../core/category.js';
import type { Frame } from '../core/flow.js';
import { isMetricName } from '../core/metrics.js';
import { recommendAction } from './categoryWords.js';
import type { DeviationMemory } from './deviations.js';

/** Whole buckets that are looked at: an hour. */
const WINDOW_STEPS = 12;
/** With fewer judged buckets an hour says nothing. */
const LEAST_STEPS = 6;
/** A bucket counts so much at most: a third of an hour's mean, so that one alone is never enough. */
const LARGEST_EXCESS = 4;
/**
 * From this mean excess on something is outlying: five buckets far out, or the whole hour one and a half half-widths beyond the edge.
 * Measured, with the confidence below, on simulated fleets (docs/measured.md): at 0.5 and 0.95 one in four servers was outlying at any
 * time, and an undisturbed fleet anomalous twice a day.
 */
const OUTLYING_EXCESS = 1.5;
/** The share that is usually outlying: what is taken before anything is known, and never less than. */
const FIRST_SHARE = 0.05;
const LEAST_SHARE = 0.01;
/** The usual share is forgotten by half in a day. */
const HALF_LIFE_SECONDS = 86_400;
/** How sure it has to be that this many are not the usual ones. */
const LEAST_CONFIDENCE = 0.99;
/** Scores from which on SEVERITIES begin, but for the lowest. */
const SEVERITY_BORDERS = [0.15, 0.3, 0.6];

/** What an independent thing had in the last hour: a server, or one series of an extra target. */
interface Unit {
  readonly excess: number;
  readonly series: readonly OutlyingSeries[];
}

/** Judges categories cycle by cycle: `judge` for each frame, then `conclude`. */
export class CategoryWatch {
  readonly #categoryOf: ReadonlyMap<string, AnomalyCategory>;
  readonly #usual = new Map<AnomalyCategory, { share: number; at: number }>();
  #units = new Map<AnomalyCategory, Unit[]>();

  /** @param categoryOf  of extra targets by name; those without one belong to no category */
  constructor(categoryOf: ReadonlyMap<string, AnomalyCategory>) {
    this.#categoryOf = categoryOf;
  }

  /** Takes in the last hour of one frame; silent servers and those in maintenance say nothing. */
  judge(frame: Frame, deviations: DeviationMemory): void {
    if (frame.state === 'stale' || frame.state === 'maintenance') return;
    const own: OutlyingSeries[] = [];
    for (const metric of frame.metrics) {
      const category = isMetricName(metric) ? 'infrastructure' : this.#categoryOf.get(metric);
      if (category === undefined) continue;
      const series = lastHour(frame, metric, deviations);
      if (series === undefined) continue;
      if (isMetricName(metric)) own.push(series);
      else this.#add(category, { excess: series.excess, series: [series] });
    }
    if (own.length > 0) this.#add('infrastructure', { excess: ofTwoLargest(own), series: own });
  }

  /**
   * What the frames since the last conclusion say, per category that has any evidence.
   * @param at  epoch seconds
   */
  conclude(at: number): CategoryState[] {
    const units = this.#units;
    this.#units = new Map();
    return ANOMALY_CATEGORIES.flatMap((category) => {
      const own = units.get(category);
      return own === undefined ? [] : [this.#stateOf(category, own, at)];
    });
  }

  #stateOf(category: AnomalyCategory, units: readonly Unit[], at: number): CategoryState {
    const outlying = units.filter(({ excess }) => excess >= OUTLYING_EXCESS);
    const usualShare = this.#usual.get(category)?.share ?? FIRST_SHARE;
    this.#learn(category, outlying.length / units.length, at);
    const confidence = chanceOfFewer(outlying.length, units.length, usualShare);
    const score = scoreOf(outlying, units.length);
    const severity = confidence >= LEAST_CONFIDENCE ? severityOf(score) : undefined;
    const series = outlying
      .flatMap((unit) => unit.series)
      .filter(({ excess }) => excess > 0)
      .sort((a, b) => b.excess - a.excess)
      .slice(0, MOST_SERIES);
    return {
      ...{ category, judged: units.length, outlying: outlying.length, usualShare, confidence, score, severity },
      ...{ series, recommendedAction: recommendAction(category, severity, series) },
    };
  }

  #learn(category: AnomalyCategory, share: number, at: number): void {
    const known = this.#usual.get(category) ?? { share: FIRST_SHARE, at };
    const weight = 1 - 0.5 ** (Math.max(at - known.at, 0) / HALF_LIFE_SECONDS);
    const next = known.share + weight * (share - known.share);
    this.#usual.set(category, { share: Math.max(next, LEAST_SHARE), at });
  }

  #add(category: AnomalyCategory, unit: Unit): void {
    const known = this.#units.get(category);
    if (known === undefined) this.#units.set(category, [unit]);
    else known.push(unit);
  }
}

/** The whole buckets of the last hour; undefined where too few can be judged. */
function lastHour({ server, newest }: Frame, metric: string, deviations: DeviationMemory): OutlyingSeries | undefined {
  let judged = 0;
  let outside = 0;
  let above = 0;
  let below = 0;
  // The newest bucket may be partial.
  for (let bucket = newest - WINDOW_STEPS; bucket < newest; bucket++) {
    const deviation = deviations.at(server, metric, bucket);
    if (Number.isNaN(deviation)) continue;
    judged++;
    const excess = Math.min(Math.max(Math.abs(deviation) - 1, 0), LARGEST_EXCESS);
    if (excess > 0) outside++;
    if (deviation > 0) above += excess;
    else below += excess;
  }
  if (judged < LEAST_STEPS) return undefined;
  const direction = above >= below ? 'above' : 'below';
  return { server, metric, excess: (above + below) / WINDOW_STEPS, direction, outside, judged };
}

/** One metric of a server alone has to be twice as far out; a server with one metric is judged by half of it. */
function ofTwoLargest(series: readonly OutlyingSeries[]): number {
  const [first = 0, second = 0] = series.map(({ excess }) => excess).sort((a, b) => b - a);
  return (first + second) / 2;
}

/** Depth (mean excess over the largest possible) times the root of the share: one far out counts, and so do many. */
function scoreOf(outlying: readonly Unit[], judged: number): number {
  if (outlying.length === 0) return 0;
  const depth = outlying.reduce((sum, { excess }) => sum + excess, 0) / outlying.length / LARGEST_EXCESS;
  return depth * Math.sqrt(outlying.length / judged);
}

function severityOf(score: number): Severity {
  return SEVERITIES[SEVERITY_BORDERS.filter((border) => score >= border).length]!;
}

/**
 * Probability that a binomial count is below `count`, summed from its first term by their ratios, in logarithms against underflow.
 * @param chance  0 < chance < 1
 */
function chanceOfFewer(count: number, of: number, chance: number): number {
  let logTerm = of * Math.log1p(-chance);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(((of - k) / (k + 1)) * (chance / (1 - chance)));
  }
  return Math.min(sum, 1);
}

/**
 * Who serves a metric. The blended model does, unless a baseline was clearly better over the trailing window; the blend of each
 * series settles most such cases before, so this is the last line of defence for a metric that the model does not understand.
 */
import type { BaselineMethod } from './baselines.js';
import { FadingSums } from './fadingSums.js';

/** A baseline takes over when its error is this much lower; the model comes back once it is no worse. */
const TAKEOVER_RATIO = 0.95;
/** …and when the mean difference is more than so many standard errors. */
const STANDARD_ERRORS = 2;
/**
 * Errors of one hour are one observation, however many servers there are: a fleet with one pattern errs together. And
 * since a forecast spans eight hours, those of eight hours in a row are worth one.
 */
const HOUR_SECONDS = 3600;
const HOURS_PER_OBSERVATION = 8;
/** Hours judged (fading) before there is a choice at all. */
const LEAST_HOURS = 20;
/** No other choice is made so soon after one. */
const DWELL_SECONDS = 12 * 3600;
/** One absurd series must not decide for all: scaled errors count up to this. */
const LARGEST_ERROR = 20;

/** Who serves a group. */
export interface Choice {
  /** Undefined = the model. */
  readonly baseline?: BaselineMethod;
  /** Epoch seconds of the choice. */
  readonly since: number;
  /** In words and numbers. */
  readonly reason: string;
}

/** Fading sums over hours: their count, the model's mean error, then per baseline its mean error and the squared difference to the model's. */
const HOURS = 0;
const MODEL = 1;
const FIRST = 2;

/** Chooses for one metric, or for one metric in one profile. */
export class ChampionGate {
  readonly #baselines: readonly BaselineMethod[];
  readonly #sums: FadingSums;
  /** Of the hour under way: steps, then summed errors of the model and of each baseline. */
  readonly #open: Float64Array;
  #openBucket = 0;
  #closedAt = Number.NEGATIVE_INFINITY;
  #choice: Choice | undefined;

  constructor(baselines: readonly BaselineMethod[], halfLifeBuckets: number) {
    this.#baselines = baselines;
    this.#sums = new FadingSums(FIRST + 2 * baselines.length, halfLifeBuckets);
    this.#open = new Float64Array(2 + baselines.length);
  }

  /** Whether enough came due for a choice. */
  get isKnowing(): boolean {
    return this.#sums.get(HOURS) >= LEAST_HOURS;
  }

  /** The choice that `decide` made last; undefined before. */
  get choice(): Choice | undefined {
    return this.#choice;
  }

  /**
   * Takes in one step that came due.
   * @param model   scaled error of the blended model, whether or not it served
   * @param errors  [methods], scaled
   */
  add(bucket: number, model: number, errors: Float64Array): void {
    this.#openBucket = Math.max(this.#openBucket, bucket);
    this.#open[0]! += 1;
    this.#open[1]! += Math.min(model, LARGEST_ERROR);
    this.#baselines.forEach(({ method }, i) => {
      this.#open[2 + i]! += Math.min(errors[method]!, LARGEST_ERROR);
    });
  }

  /** Judges anew at epoch second `at`. */
  decide(at: number): void {
    if (at - this.#closedAt >= HOUR_SECONDS) this.#closeHour(at);
    const current = this.#choice;
    if (current === undefined) this.#choice = { since: at, reason: 'nothing was better so far' };
    else if (this.isKnowing && at - current.since >= DWELL_SECONDS) this.#choice = this.#better(current, at) ?? current;
  }

  #closeHour(at: number): void {
    this.#closedAt = at;
    const steps = this.#open[0]!;
    if (steps === 0) return;
    const weight = this.#sums.weightAt(this.#openBucket);
    const own = this.#open[1]! / steps;
    this.#sums.add(HOURS, weight);
    this.#sums.add(MODEL, weight * own);
    this.#baselines.forEach((_, i) => {
      const error = this.#open[2 + i]! / steps;
      this.#sums.add(FIRST + 2 * i, weight * error);
      this.#sums.add(FIRST + 2 * i + 1, weight * (own - error) ** 2);
    });
    this.#open.fill(0);
  }

  /** Another choice than the current one if there is reason for it. */
  #better(current: Choice, at: number): Choice | undefined {
    const best = this.#bestBaseline();
    if (best === undefined) return undefined;
    const model = this.#meanOf(MODEL);
    const { baseline } = current;
    const serving = baseline === undefined ? model : this.#errorOf(baseline);
    if (baseline !== undefined && model <= serving)
      return { since: at, reason: `${compare('the model', model, baseline.name, serving)}` };
    const isClear = best.name !== baseline?.name && this.#errorOf(best) < TAKEOVER_RATIO * serving;
    if (!isClear || !this.#isSignificant(best)) return undefined;
    const loser = baseline === undefined ? 'the model' : baseline.name;
    return { baseline: best, since: at, reason: compare(best.name, this.#errorOf(best), loser, serving) };
  }

  #bestBaseline(): BaselineMethod | undefined {
    let best: BaselineMethod | undefined;
    for (const baseline of this.#baselines) {
      if (best === undefined || this.#errorOf(baseline) < this.#errorOf(best)) best = baseline;
    }
    return best;
  }

  #isSignificant(baseline: BaselineMethod): boolean {
    const difference = this.#meanOf(MODEL) - this.#errorOf(baseline);
    const square = this.#meanOf(FIRST + 2 * this.#baselines.indexOf(baseline) + 1);
    const observations = this.#sums.get(HOURS) / HOURS_PER_OBSERVATION;
    return difference > STANDARD_ERRORS * Math.sqrt(Math.max(square - difference ** 2, 0) / observations);
  }

  #errorOf(baseline: BaselineMethod): number {
    return this.#meanOf(FIRST + 2 * this.#baselines.indexOf(baseline));
  }

  #meanOf(index: number): number {
    return this.#sums.get(index) / this.#sums.get(HOURS);
  }
}

function compare(winner: string, error: number, loser: string, other: number): string {
  return `scaled error of ${winner} ${error.toFixed(3)}, of ${loser} ${other.toFixed(3)} over the trailing window`;
}

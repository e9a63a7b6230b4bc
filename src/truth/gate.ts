/**
 * Who serves a metric. The blended model does, unless a baseline was clearly better over the trailing window; the blend of each
 * series settles most such cases before, so this is the last line of defence for a metric that the model does not understand.
 */
import type { BaselineMethod } from './baselines.js';
import { FadingSums } from './fadingSums.js';
import { LEDGER_STEPS } from './horizonBins.js';

/** A baseline takes over when its error is this much lower; the model comes back once it is no worse. */
const TAKEOVER_RATIO = 0.95;
/** …and when the difference is more than so many standard errors, one forecast counting as one observation. */
const STANDARD_ERRORS = 2;
/** Steps judged (fading) before there is a choice at all: 24 forecasts. */
const LEAST_STEPS = 24 * LEDGER_STEPS.length;
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

/** Fading sums: count, error of the model, then per baseline its error and the squared difference to the model's. */
const COUNT = 0;
const MODEL = 1;
const FIRST = 2;

/** Chooses for one metric, or for one metric in one profile. */
export class ChampionGate {
  readonly #baselines: readonly BaselineMethod[];
  readonly #sums: FadingSums;
  #choice: Choice | undefined;

  constructor(baselines: readonly BaselineMethod[], halfLifeBuckets: number) {
    this.#baselines = baselines;
    this.#sums = new FadingSums(FIRST + 2 * baselines.length, halfLifeBuckets);
  }

  /** Whether enough came due for a choice. */
  get isKnowing(): boolean {
    return this.#sums.get(COUNT) >= LEAST_STEPS;
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
    const weight = this.#sums.weightAt(bucket);
    const own = Math.min(model, LARGEST_ERROR);
    this.#sums.add(COUNT, weight);
    this.#sums.add(MODEL, weight * own);
    this.#baselines.forEach(({ method }, i) => {
      const error = Math.min(errors[method]!, LARGEST_ERROR);
      this.#sums.add(FIRST + 2 * i, weight * error);
      this.#sums.add(FIRST + 2 * i + 1, weight * (own - error) ** 2);
    });
  }

  /** Judges anew at epoch second `at`. */
  decide(at: number): void {
    const current = this.#choice;
    if (current === undefined) this.#choice = { since: at, reason: 'nothing was better so far' };
    else if (this.isKnowing && at - current.since >= DWELL_SECONDS) this.#choice = this.#better(current, at) ?? current;
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
    const forecasts = this.#sums.get(COUNT) / LEDGER_STEPS.length;
    return difference > STANDARD_ERRORS * Math.sqrt(Math.max(square - difference ** 2, 0) / forecasts);
  }

  #errorOf(baseline: BaselineMethod): number {
    return this.#meanOf(FIRST + 2 * this.#baselines.indexOf(baseline));
  }

  #meanOf(index: number): number {
    return this.#sums.get(index) / this.#sums.get(COUNT);
  }
}

function compare(winner: string, error: number, loser: string, other: number): string {
  return `scaled error of ${winner} ${error.toFixed(3)}, of ${loser} ${other.toFixed(3)} over the trailing window`;
}

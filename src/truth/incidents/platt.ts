/** A straight line through the log odds of probabilities (Platt 1999), drawn by what came, and held where evidence is thin. */
import { FadingSums } from '../fadingSums.js';

/** Log odds of what is served = shift + CENTRE + slope · (log odds of what the model says − CENTRE). */
export interface OddsLine {
  readonly shift: number;
  /** > 0, so that the order of probabilities stays. */
  readonly slope: number;
}

export const IDENTITY: OddsLine = { shift: 0, slope: 1 };

/** How far a line may be expected to lie from the one that it is held to: standard deviations. */
export interface Looseness {
  readonly shift: number;
  readonly slope: number;
}

/** 0.12, about where incident probabilities are told apart: there the shift is read off. */
const CENTRE = -2;

/** Probabilities nearer to 0 or 1 count as this near. */
const SMALLEST_PROBABILITY = 1e-5;

/** No line is steeper or flatter: beyond, the probabilities say nothing and neither would a line. */
const SLOPES = { least: 0.25, most: 4 };

/** Log odds in bins of a half from −12 to 12: finer ones give the same line. */
const BIN_WIDTH = 0.5;
const BINS = 48;
const LOWEST = -12;

const PLACES = 3;
const MAX_ITERATIONS = 25;
const PRECISION = 1e-6;

/** Cases of one kind with what came of them, by the log odds that were told; what is older counts less. */
export class OddsEvidence {
  readonly #sums: FadingSums;

  constructor(halfLifeBuckets: number) {
    this.#sums = new FadingSums(BINS * PLACES, halfLifeBuckets);
  }

  /** @param weight  how many independent cases this one stands for, ≤ 1 */
  add(bucket: number, probability: number, came: boolean, weight: number): void {
    const odds = logOdds(probability);
    const at = PLACES * Math.min(BINS - 1, Math.floor((odds - LOWEST) / BIN_WIDTH));
    const counted = weight * this.#sums.weightAt(bucket);
    this.#sums.add(at, counted);
    this.#sums.add(at + 1, counted * (odds - CENTRE));
    if (came) this.#sums.add(at + 2, counted);
  }

  /**
   * The most probable line, if before the evidence it is expected around `held`: Newton's method on the log-likelihood of a
   * Bernoulli trial per case and normal deviations from `held`, which has one maximum.
   */
  line(held: OddsLine, looseness: Looseness): OddsLine {
    const stiffness = { shift: looseness.shift ** -2, slope: looseness.slope ** -2 };
    let { shift, slope } = held;
    for (let i = 0; i < MAX_ITERATIONS; i++) {
      // Gradient and curvature of the negative log-posterior.
      let gShift = stiffness.shift * (shift - held.shift);
      let gSlope = stiffness.slope * (slope - held.slope);
      let [cShift, cBoth, cSlope] = [stiffness.shift, 0, stiffness.slope];
      for (let at = 0; at < BINS * PLACES; at += PLACES) {
        const cases = this.#sums.get(at);
        if (cases <= 0) continue;
        const x = this.#sums.get(at + 1) / cases;
        const p = sigmoid(CENTRE + shift + slope * x);
        const residual = cases * p - this.#sums.get(at + 2);
        gShift += residual;
        gSlope += residual * x;
        const curvature = cases * p * (1 - p);
        cShift += curvature;
        cBoth += curvature * x;
        cSlope += curvature * x * x;
      }
      const determinant = cShift * cSlope - cBoth * cBoth;
      const [dShift, dSlope] = shortened(
        (cSlope * gShift - cBoth * gSlope) / determinant,
        (cShift * gSlope - cBoth * gShift) / determinant,
      );
      shift -= dShift;
      slope = Math.min(SLOPES.most, Math.max(SLOPES.least, slope - dSlope));
      if (Math.abs(dShift) + Math.abs(dSlope) < PRECISION) break;
    }
    return { shift, slope };
  }
}

/** A step of Newton's, no longer than 1: far from the maximum a full one may overshoot. */
function shortened(shift: number, slope: number): [number, number] {
  const length = Math.max(Math.abs(shift), Math.abs(slope));
  return length > 1 ? [shift / length, slope / length] : [shift, slope];
}

/** A probability along the line; the identity leaves it as it is to the last digit. */
export function alongLine({ shift, slope }: OddsLine, probability: number): number {
  if (shift === 0 && slope === 1) return probability;
  return sigmoid(CENTRE + shift + slope * (logOdds(probability) - CENTRE));
}

function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY);
  return Math.log(p / (1 - p));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

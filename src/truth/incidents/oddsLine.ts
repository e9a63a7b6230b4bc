/**
 * A line through the log odds of probabilities (Platt 1999), drawn by what came, and held where evidence is thin. It may bend once: heads
 * that promise too little where little comes promise enough where much does, and a straight line that lifts the many would lift the few along.
 */
import { sigmoid } from '../../core/statistics.js';
import { logOdds, type OddsCell } from './oddsEvidence.js';

/** Log odds of what is served = CENTRE + shift + slope · (log odds of what the model says − CENTRE), with a slope on either side. */
export interface OddsLine {
  readonly shift: number;
  /** > 0, so that the order of probabilities stays: below CENTRE, and above it. */
  readonly below: number;
  readonly above: number;
}

export const IDENTITY: OddsLine = { shift: 0, below: 1, above: 1 };

/** How far a line may be expected to lie from the one that it is held to: standard deviations. */
export interface Looseness {
  readonly shift: number;
  readonly slope: number;
}

/** 0.12, about where incident probabilities are told apart: there the shift is read off, and the line bends. */
const CENTRE = -2;

/** No line is steeper or flatter: beyond, the probabilities say nothing and neither would a line. */
const SLOPES = { least: 0.25, most: 4 };

const MAX_ITERATIONS = 25;
const PRECISION = 1e-6;

/**
 * The most probable line through what came, if before the evidence it is expected around `held`: Newton's method on the log-likelihood of a
 * Bernoulli trial per case and normal deviations from `held`, which has one maximum.
 */
export function fitLine(cells: readonly OddsCell[], held: OddsLine, looseness: Looseness): OddsLine {
  const expected = [held.shift, held.below, held.above] as const;
  const stiffness = [looseness.shift ** -2, looseness.slope ** -2, looseness.slope ** -2] as const;
  let at: Vector = [...expected];
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const step = shortened(solve(...curvatureAndGradient(at, cells, { expected, stiffness })));
    at = [at[0] - step[0], withinSlopes(at[1] - step[1]), withinSlopes(at[2] - step[2])];
    if (step.reduce((sum, part) => sum + Math.abs(part), 0) < PRECISION) break;
  }
  const [shift, below, above] = at;
  return { shift, below, above };
}

/** Of the negative log-posterior. */
function curvatureAndGradient(
  [shift, below, above]: Vector,
  cells: readonly OddsCell[],
  { expected, stiffness }: Prior,
): [Symmetric, Vector] {
  const curvature: Symmetric = {
    shift: stiffness[0],
    below: stiffness[1],
    above: stiffness[2],
    toBelow: 0,
    toAbove: 0,
  };
  const gradient: Vector = [
    stiffness[0] * (shift - expected[0]),
    stiffness[1] * (below - expected[1]),
    stiffness[2] * (above - expected[2]),
  ];
  for (const { odds, cases, came } of cells) {
    const x = odds - CENTRE;
    const p = sigmoid(CENTRE + shift + (x < 0 ? below : above) * x);
    const residual = cases * p - came;
    const weight = cases * p * (1 - p);
    gradient[0] += residual;
    curvature.shift += weight;
    // A case lies on one side only: the two slopes never meet in the curvature.
    if (x < 0) {
      gradient[1] += residual * x;
      curvature.below += weight * x * x;
      curvature.toBelow += weight * x;
    } else {
      gradient[2] += residual * x;
      curvature.above += weight * x * x;
      curvature.toAbove += weight * x;
    }
  }
  return [curvature, gradient];
}

/** Shift and the two slopes. */
type Vector = [number, number, number];

interface Prior {
  readonly expected: Readonly<Vector>;
  /** One over the variances. */
  readonly stiffness: Readonly<Vector>;
}

/** Diagonal, and what lies between the shift and each slope. */
interface Symmetric {
  shift: number;
  below: number;
  above: number;
  toBelow: number;
  toAbove: number;
}

/** x of A x = b, the slopes eliminated first; A is positive definite, thanks to the prior. */
function solve({ shift, below, above, toBelow, toAbove }: Symmetric, [b0, b1, b2]: Vector): Vector {
  const x0 =
    (b0 - (toBelow / below) * b1 - (toAbove / above) * b2) / (shift - toBelow ** 2 / below - toAbove ** 2 / above);
  return [x0, (b1 - toBelow * x0) / below, (b2 - toAbove * x0) / above];
}

function withinSlopes(slope: number): number {
  return Math.min(SLOPES.most, Math.max(SLOPES.least, slope));
}

/** A step of Newton's, no longer than 1: far from the maximum a full one may overshoot. */
function shortened([shift, below, above]: Vector): Vector {
  const length = Math.max(1, Math.abs(shift), Math.abs(below), Math.abs(above));
  return [shift / length, below / length, above / length];
}

/** A probability along the line; the identity leaves it as it is to the last digit. */
export function alongLine({ shift, below, above }: OddsLine, probability: number): number {
  if (shift === 0 && below === 1 && above === 1) return probability;
  const x = logOdds(probability) - CENTRE;
  return sigmoid(CENTRE + shift + (x < 0 ? below : above) * x);
}

/**
 * Which methods forecast a series best, from their recent errors on this very series. An exponentially weighted
 * average forecaster with fading losses (Cesa-Bianchi & Lugosi 2006, *Prediction, Learning, and Games*, ch. 2) in units of the
 * model's own loss, with nearly all of the prior weight on the model:
 *
 *   R(m, b) = max over half-lives of (L(m, b) + ε(b)) / (L(model, b) + ε(b))     ε = 2 % of L(model) + the mean margin
 *   r(m, b) = (n(b)·ln R(m, b) + n₀·r(m, b − 1)) / (n(b) + n₀)                   r(·, −1) = 0
 *   w(m, b) ∝ exp(−32·r(m, b)) (× 300 for the model); below 2 % a weight is 0
 *
 * L(m, b): mean |error| of method m in horizon bin b, fading; n(b): its fading count. A method must win over half a day
 * and over a week: a good day alone does not displace the model, and one that stops winning is dropped soon. It has half of the
 * weight when its error is a sixth lower. The margin keeps differences out that nobody would notice: a tenth of the model's half-width and
 * a share of the series' usual change from day to day. Without the latter, a method that is exactly right while nothing
 * happens takes over, and is far off when something does. A bin with little evidence, like the last one of
 * a young series, believes its nearer neighbour: on ramps the line that wins at 1 h serves 8 h without waiting for it.
 * The constants were found by replaying seven data sets (`docs/truth.md`); around them the result is flat.
 */
import { BINS } from './horizonBins.js';

/** Buckets of five minutes: half a day and a week. */
const HALF_LIVES = [144, 2016] as const;
const SHARPNESS = 32;
const MODEL_PRIOR = Math.log(300);
const BORROWED_COUNT = 30;
const LEAST_WEIGHT = 0.02;
/** Keeps ratios finite where the model never errs; far below any error that matters. */
const TINY = 1e-12;
/** A factor of 20 says all that there is to say, and a nearer bin must not silence a farther one for good. */
const LARGEST_LOG = 3;

/** Numbers per series: [half-lives × BINS × (errors of the methods, count)], then [BINS] margins. */
export function evidenceSize(methods: number): number {
  return HALF_LIVES.length * BINS * (methods + 1) + BINS;
}

/** What came due for one step of one forecast. */
interface StepErrors {
  readonly bin: number;
  /** Buckets since it was due, ≥ 0. */
  readonly age: number;
  /** [methods], absolute. */
  readonly errors: Float64Array;
  /** A difference of errors that says nothing: see ε. */
  readonly margin: number;
}

/** Lets all evidence age by so many buckets. */
export function fadeEvidence(evidence: Float32Array, methods: number, buckets: number): void {
  const block = BINS * (methods + 1);
  HALF_LIVES.forEach((halfLife, k) => {
    const fade = 2 ** (-buckets / halfLife);
    // The margins behind the last block fade with it.
    const end = k === HALF_LIVES.length - 1 ? evidence.length : (k + 1) * block;
    for (let i = k * block; i < end; i++) evidence[i]! *= fade;
  });
}

/** Adds what came due. */
export function addErrors(evidence: Float32Array, { bin, age, errors, margin }: StepErrors): void {
  const methods = errors.length;
  HALF_LIVES.forEach((halfLife, k) => {
    const weight = 2 ** (-age / halfLife);
    const at = (k * BINS + bin) * (methods + 1);
    for (let m = 0; m < methods; m++) evidence[at + m]! += weight * errors[m]!;
    evidence[at + methods]! += weight;
  });
  const slowest = HALF_LIVES[HALF_LIVES.length - 1]!;
  evidence[HALF_LIVES.length * BINS * (methods + 1) + bin]! += 2 ** (-age / slowest) * margin;
}

const logRatios = new Float64Array(256);

/** Writes the weights of all bins into a plan; the model alone where nothing came due yet. */
export function writeWeights(evidence: Float32Array, methods: number, plan: Float32Array): void {
  // Methods are a few dozen at most; the scratch is shared since nothing here is concurrent.
  const ratios = logRatios.subarray(0, methods).fill(0);
  for (let bin = 0; bin < BINS; bin++) {
    blendWithNearerBin(evidence, methods, bin, ratios);
    const weights = plan.subarray(bin * (methods + 2), bin * (methods + 2) + methods);
    softmax(ratios, weights);
  }
}

/** r(·, b − 1) → r(·, b). */
function blendWithNearerBin(evidence: Float32Array, methods: number, bin: number, ratios: Float64Array): void {
  const last = HALF_LIVES.length - 1;
  const slow = (last * BINS + bin) * (methods + 1);
  const count = evidence[slow + methods]!;
  if (!(count > 0)) return;
  const margin = evidence[HALF_LIVES.length * BINS * (methods + 1) + bin]! / count;
  for (let m = 1; m < methods; m++) {
    let worst = Number.NEGATIVE_INFINITY;
    for (let k = 0; k <= last; k++) {
      const at = (k * BINS + bin) * (methods + 1);
      const n = evidence[at + methods]!;
      const own = evidence[at]! / n;
      const floor = 0.02 * own + margin + TINY;
      const ratio = Math.log((evidence[at + m]! / n + floor) / (own + floor));
      // After weeks of silence the fast count underflows to 0: then the slow one alone decides.
      if (!Number.isNaN(ratio)) worst = Math.max(worst, ratio);
    }
    // A method that once forecast no number has no errors to be told by: it counts as the worst.
    const bounded = Number.isFinite(worst) ? Math.min(LARGEST_LOG, Math.max(-LARGEST_LOG, worst)) : LARGEST_LOG;
    ratios[m] = (count * bounded + BORROWED_COUNT * ratios[m]!) / (count + BORROWED_COUNT);
  }
}

function softmax(ratios: Float64Array, weights: Float32Array): void {
  let highest = MODEL_PRIOR;
  for (let m = 1; m < ratios.length; m++) highest = Math.max(highest, -SHARPNESS * ratios[m]!);
  let sum = 0;
  for (let m = 0; m < ratios.length; m++) {
    weights[m] = Math.exp((m === 0 ? MODEL_PRIOR : -SHARPNESS * ratios[m]!) - highest);
    sum += weights[m]!;
  }
  let kept = 0;
  for (let m = 0; m < ratios.length; m++) {
    if (weights[m]! < LEAST_WEIGHT * sum) weights[m] = 0;
    kept += weights[m]!;
  }
  for (let m = 0; m < ratios.length; m++) weights[m]! /= kept;
}

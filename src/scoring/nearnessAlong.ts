/** How near a breach is, seen from each step of a forecast, judged by the chances of the steps themselves. */
import { lookShare } from './breach.js';
import { discountAt, SMALLEST_PROBABILITY } from './risk.js';

/** Steps in a row after each of which the highest chance so far is that of the first. */
interface Run {
  readonly highest: number;
  /** Of what each step leaves, were they independent, times its discount: the product of all steps. */
  readonly left: number;
  /** The sum over the steps of that product up to each. */
  readonly sum: number;
  /** Σ S(n)·d^(n − start) from this run on, see below. */
  readonly along: number;
}

/**
 * At each step the expected discount of the first breach after it, 0–1, where the next step is one step ahead. With d the discount
 * of a step and S(n) the chance that none of the steps up to n is a breach (as in `breachCurve`), that is
 * Σ (S(n−1) − S(n))·d^(n−step) = d·(1 − S(end)·d^(end−step)) − (1 − d)·Σ S(n)·d^(n−step).
 *
 * S is the product of a part that each step multiplies and one that only the highest so far counts for. So it goes from the end to the
 * beginning and keeps runs of steps with the same highest: each step begins a run, which swallows those that it is higher than.
 * Every step is swallowed once at most, and the whole takes as many operations as there are steps.
 * @param chances  of a breach at each step, 0–1
 */
export function nearnessAlong(chances: ArrayLike<number>, stepSeconds: number): Float64Array {
  const near = new Float64Array(chances.length);
  const share = lookShare(stepSeconds);
  const discount = discountAt(stepSeconds);
  /** From the far end to the nearest. */
  const runs: Run[] = [];
  let discountToEnd = 1;
  let allLeft = 1;
  for (let step = chances.length - 2; step >= 0; step--) {
    const next = chances[step + 1]!;
    const left = (1 - next) ** share;
    putInFront(runs, next, { left: left * discount, survival: (1 - next) ** (1 - share) });
    discountToEnd *= discount;
    allLeft *= left;
    const survival = (1 - runs[0]!.highest) ** (1 - share) * allLeft;
    if (1 - survival < SMALLEST_PROBABILITY) continue;
    near[step] = discount * (1 - survival * discountToEnd) - (1 - discount) * runs.at(-1)!.along;
  }
  return near;
}

/** @param survival  what the part of S that knows only the highest is while this one is it */
function putInFront(
  runs: Run[],
  highest: number,
  { left: first, survival }: { readonly left: number; readonly survival: number },
): void {
  let left = first;
  let sum = first;
  for (let behind = runs.at(-1); behind !== undefined && behind.highest <= highest; behind = runs.at(-1)) {
    sum += left * behind.sum;
    left *= behind.left;
    runs.pop();
  }
  runs.push({ highest, left, sum, along: survival * sum + left * (runs.at(-1)?.along ?? 0) });
}

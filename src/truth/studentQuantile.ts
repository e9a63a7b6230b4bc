/** Quantiles of Student's t distribution with a whole number of degrees of freedom. */

/** Halvings of the bracket: beyond 50 the numbers no longer differ. */
const HALVINGS = 60;
/** Beyond the 1e-6 quantile of even one degree of freedom. */
const WIDEST = 1e6;

/**
 * The t that a Student variable exceeds with probability `tail`.
 * @param tail     0 < tail ≤ 0.5
 * @param freedom  degrees of freedom, a whole number ≥ 1
 */
export function studentQuantile(tail: number, freedom: number): number {
  let [low, high] = [0, WIDEST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (tailProbability(middle, freedom) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T > t) for t ≥ 0: the finite series of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4. */
function tailProbability(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const inside = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 - inside) / 2;
}

/** What each sign adds to a score of 100 · (1 − Π (1 − c)): its exact Shapley value. */

/**
 * Points of each of the weights c (0–1): what it adds when the signs come in one after the other, averaged over all orders.
 * They add up to 100 · (1 − Π (1 − c)); equal weights get equal points, no weight gets none, and a greater one gets more.
 */
export function shapleyPoints(weights: readonly number[]): number[] {
  return weights.map((weight, i) => {
    if (weight === 0) return 0;
    const others = weights.filter((other, j) => j !== i && other > 0);
    return 100 * weight * meanRoomLeft(others);
  });
}

/**
 * What others that came before leave of the score, Π (1 − c), averaged over how many they were and over which. By size of
 * the group, with positive terms only, so that nothing cancels: of the groups of k out of n, k/n hold the n-th.
 */
function meanRoomLeft(others: readonly number[]): number {
  let bySize = [1];
  others.forEach((weight, before) => {
    const count = before + 1;
    bySize = Array.from({ length: count + 1 }, (_, size) => {
      const without = size < count ? (count - size) * bySize[size]! : 0;
      const within = size > 0 ? size * (1 - weight) * bySize[size - 1]! : 0;
      return (without + within) / count;
    });
  });
  return bySize.reduce((sum, mean) => sum + mean, 0) / bySize.length;
}

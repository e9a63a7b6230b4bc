/** The mean of the weights of several models, which lies between them in what they are good at (Wortsman et al. 2022, *Model soups*). */
import type { WeightValues } from '../network/parameters.js';

/** Weights and how much they count. */
export interface AveragePart {
  readonly weights: WeightValues;
  /** Above 0; only the ratio to the other parts matters. */
  readonly share: number;
}

/**
 * Mean of every weight, by the shares of the parts; equal parts give back themselves.
 * @throws RangeError if the parts are not of one architecture: other names, or other sizes
 */
export function averageWeights(parts: readonly AveragePart[]): Map<string, Float32Array> {
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  const first = parts[0]!.weights;
  for (const { weights } of parts) {
    if (weights.size !== first.size)
      throw new RangeError(`one part has ${weights.size} tensors, another ${first.size}`);
  }
  return new Map(
    [...first].map(([name, { length }]) => {
      const mean = new Float64Array(length);
      for (const { weights, share } of parts) {
        const values = weights.get(name);
        if (values?.length !== length) throw new RangeError(`${name} is not the same in all parts`);
        for (let i = 0; i < length; i++) mean[i]! += (share / total) * values[i]!;
      }
      return [name, Float32Array.from(mean)];
    }),
  );
}

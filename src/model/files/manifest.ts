/** `manifest.json` of a model folder: what the model expects, where it comes from, how good it is. */
import { z } from 'zod';
import { inputContract } from '../inputs/contract.js';
import { NETWORKS } from '../network/parameters.js';

/** Raised when an older linborg could not read the folder. */
export const MODEL_FORMAT = 1;

const dataset = z.strictObject({
  name: z.string(),
  servers: z.number(),
  series: z.number(),
  /** ISO dates of the first and last bucket. */
  from: z.string(),
  to: z.string(),
});

/** Accuracy on the part of each series that training never saw. */
const accuracy = z.strictObject({
  dataset: z.string(),
  series: z.number(),
  /** Median over series; the error is scaled by the in-sample error of the 24 h seasonal naive. */
  mase: z.number(),
  /** Share of actual values inside p10–p90. */
  coverage: z.number(),
  /** Weighted quantile loss over p10, p50, p90. */
  wql: z.number(),
  /** Median MASE of the naive methods, by name. */
  baselines: z.record(z.string(), z.number()),
  /** Mean over series of max(MASE, 0.05) / max(MASE of the set's best naive method, 0.05); the best by its median. */
  ratio: z.number().exactOptional(),
  /** The same as a geometric mean. */
  ratio_geometric: z.number().exactOptional(),
  /** Whether the model was trained on the earlier part of this data set. Absent in older folders. */
  trained_on: z.boolean().exactOptional(),
});

/** What a fine-tuned model started from. */
const base = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  /** Its validation loss on the fleet. */
  validation_loss: z.number(),
  /** `no gain`: the weights are the base's. */
  outcome: z.enum(['gain', 'no gain']),
  /** Its accuracy on the same windows. */
  accuracy: z.array(accuracy),
});

/** Decile edges of the inputs over the training windows, see `describeTrainingInputs`. */
const trainingInputs = z.strictObject({
  names: z.array(z.string()),
  /** By metric, `*` = all: one row of nine ascending edges per name. */
  edges: z.record(z.string(), z.array(z.array(z.number()).length(9))),
});

export const manifestSchema = z.strictObject({
  format: z.literal(MODEL_FORMAT),
  name: z.string(),
  created: z.string(),
  linborg: z.string(),
  input: z.looseObject({}),
  hyperparameters: z
    .strictObject({
      // Folders from before there was a choice do not say.
      network: z.enum(NETWORKS).default('tft'),
      hidden: z.number().int().positive(),
      heads: z.number().int().positive(),
    })
    .refine(({ hidden, heads }) => hidden % heads === 0, { error: 'expected hidden to be a multiple of heads' }),
  weights: z.strictObject({ file: z.string(), sha256: z.string(), parameters: z.number().int() }),
  training: z.strictObject({
    command: z.string(),
    seed: z.number(),
    steps: z.number(),
    validation_loss: z.number(),
    train_until: z.number(),
    datasets: z.array(dataset),
    base: base.exactOptional(),
  }),
  profiles: z.array(z.string()),
  accuracy: z.array(accuracy),
  training_inputs: trainingInputs.exactOptional(),
  /** Forecasts of the golden windows: [window][step × level], in the metric's unit. */
  golden: z.array(z.array(z.number())),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ModelAccuracy = z.infer<typeof accuracy>;
export type TrainingInputs = z.infer<typeof trainingInputs>;
export type ModelDataset = z.infer<typeof dataset>;

/** The first difference between a manifest's input contract and this linborg's, or undefined if they agree. */
export function contractDifference(input: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, expected] of Object.entries(inputContract())) {
    const actual = JSON.stringify(input[key]);
    if (actual !== JSON.stringify(expected)) {
      return `input.${key} is ${actual ?? 'missing'}; this linborg feeds ${JSON.stringify(expected)}`;
    }
  }
  return undefined;
}

/** `manifest.json` of a model folder: what the model expects, where it comes from, how good it is. */
import { z } from 'zod';
import { FUTURE_TOKENS, inputContract } from '../inputs/contract.js';
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

/** A model whose weights went into a mean. */
const averaged = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  /** How much it counts, beside the others. */
  share: z.number().positive(),
});

/** How a model that was trained without one data set fares on that set. */
const leftOut = z.strictObject({
  accuracy,
  seed: z.number(),
  /** Steps to its best validation loss. */
  steps: z.number(),
  command: z.string(),
});

/** One value per horizon of the head; null where all outcomes were the same. */
const byHorizon = z.array(z.number().nullable());

/** How well the incident head ranked natural breaches, on the part of each series that training never saw. */
const incidentAccuracy = z.strictObject({
  dataset: z.string(),
  metric: z.string(),
  threshold: z.number(),
  servers: z.number(),
  /** Moments at which the threshold was not breached. */
  cases: z.number(),
  /** Of these, the ones after which a breach that lasts began within the horizon. */
  onsets: z.array(z.number()),
  /** Mean over cases and horizons. */
  log_loss: z.number(),
  auroc: byHorizon,
  /** Mean over the servers that had both outcomes. */
  auroc_within_servers: byHorizon,
  /** Yardstick: of the share of the last week over the threshold. */
  auroc_past_share: byHorizon,
  /** Per horizon, tenths of 0–1 that hold a case: mean probability and share of cases in which it came. */
  reliability: z.array(z.array(z.strictObject({ cases: z.number(), predicted: z.number(), observed: z.number() }))),
  /** Whether the earlier part of this data set taught the head. */
  trained_on: z.boolean(),
});

/** The head that turns forecasts and past breaches into probabilities of the next. */
const incident = z.strictObject({
  file: z.string(),
  sha256: z.string(),
  parameters: z.number().int(),
  features: z.array(z.string()),
  horizon_steps: z.array(z.number().int()),
  /** Steps that a breach had to last to count. */
  sustained_steps: z.number().int(),
  command: z.string(),
  seed: z.number(),
  /** `kept`: the base's own head. */
  outcome: z.enum(['trained', 'fine-tuned', 'kept']),
  /** Cases that were learnt from. */
  rows: z.number(),
  validation_rows: z.number(),
  /** Bernoulli log-likelihood per case and horizon, negated; null without a case to validate on. */
  validation_log_loss: z.number().nullable(),
  accuracy: z.array(incidentAccuracy),
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
      /** Absent in folders from before there was one, and where it is switched off. */
      notch: z.number().int().min(1).max(FUTURE_TOKENS).exactOptional(),
    })
    .refine(({ hidden, heads }) => hidden % heads === 0, { error: 'expected hidden to be a multiple of heads' }),
  weights: z.strictObject({ file: z.string(), sha256: z.string(), parameters: z.number().int() }),
  training: z.strictObject({
    /** One a line: those of the parts of a mean come first. */
    command: z.string(),
    seed: z.number(),
    /** To the weights that were kept; of a mean, the most of its parts. */
    steps: z.number(),
    validation_loss: z.number(),
    train_until: z.number(),
    datasets: z.array(dataset),
    base: base.exactOptional(),
    /** What the weights are the mean of. */
    average: z.array(averaged).min(2).exactOptional(),
  }),
  profiles: z.array(z.string()),
  accuracy: z.array(accuracy),
  left_out: z.array(leftOut).exactOptional(),
  training_inputs: trainingInputs.exactOptional(),
  /** Absent: the quantiles of the forecast alone tell the probability of a breach. */
  incident: incident.exactOptional(),
  /** Forecasts of the golden windows: [window][step × level], in the metric's unit. */
  golden: z.array(z.array(z.number())),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ModelAccuracy = z.infer<typeof accuracy>;
export type LeftOut = z.infer<typeof leftOut>;
export type IncidentManifest = z.infer<typeof incident>;
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

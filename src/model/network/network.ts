/** Which network a model has: inputs → ordered quantiles in units of the scale, and what it looked at. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { EvidenceLayout } from '../../core/flow.js';
import { CANDIDATES, FUTURE_VARIABLES, PAST_VARIABLES } from '../inputs/contract.js';
import type { Head } from './head.js';
import type { InputTensors } from './inputTensors.js';
import type { Pass } from './layers.js';
import { type Hyperparameters, STATIC_VARIABLES } from './parameters.js';
import { runPerceptron } from './perceptron.js';
import { runTft, type TftOutput } from './tft.js';

/** What one pass gives; the caller releases it. Selection weights and attention are the TFT's alone. */
export type NetworkOutput = Head & Partial<TftOutput>;

/** One pass over a batch. @param mask see `causalMask` */
export function runNetwork(
  pass: Pass,
  hyperparameters: Hyperparameters,
  inputs: InputTensors,
  mask: Tensor2D,
): NetworkOutput {
  return hyperparameters.network === 'perceptron'
    ? runPerceptron(pass, hyperparameters, inputs)
    : runTft(pass, hyperparameters, inputs, mask);
}

/** Every tensor of an output. */
export function tensorsOf(output: NetworkOutput): Tensor[] {
  return Object.values(output) as Tensor[];
}

/** Hours of the past that attention is summed over. */
export const ATTENTION_HOURS = 24;

const TFT_EVIDENCE: EvidenceLayout = {
  past: PAST_VARIABLES.map(({ name }) => name),
  future: FUTURE_VARIABLES.map(({ name }) => name),
  statics: [...STATIC_VARIABLES],
  candidates: [...CANDIDATES],
  attention: [...Array.from({ length: ATTENTION_HOURS }, (_, i) => `-${ATTENTION_HOURS - i}h`), 'future'],
};
/** A perceptron selects nothing and attends to nothing: those parts are empty. */
const PERCEPTRON_EVIDENCE: EvidenceLayout = {
  past: [],
  future: [],
  statics: [],
  candidates: [...CANDIDATES],
  attention: [],
};

/** The names behind the numbers of a network's evidence. */
export function evidenceLayout({ network }: Hyperparameters): EvidenceLayout {
  return network === 'perceptron' ? PERCEPTRON_EVIDENCE : TFT_EVIDENCE;
}

/** Numbers of the evidence of one forecast. */
export function evidenceSize(layout: EvidenceLayout): number {
  const { past, future, statics, candidates, attention } = layout;
  return past.length + future.length + statics.length + candidates.length + attention.length;
}

/** Names, shapes and seeded first values of every weight of a network. */
import { normal, type Random, seededRandom } from '../../core/random.js';
import {
  BASE_CANDIDATE,
  CANDIDATES,
  FUTURE_TOKENS,
  FUTURE_VARIABLES,
  METRIC_CLASSES,
  PAST_TOKENS,
  PAST_VARIABLES,
  PATCH_STEPS,
  PROFILE_CLASSES,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from '../inputs/contract.js';

/** The Temporal Fusion Transformer, or the yardstick that it has to beat. */
export const NETWORKS = ['tft', 'perceptron'] as const;
export type NetworkKind = (typeof NETWORKS)[number];

export interface Hyperparameters {
  /** Absent = tft. */
  readonly network?: NetworkKind;
  /** Width of every hidden layer. */
  readonly hidden: number;
  /** Attention heads of the TFT; must divide `hidden`. */
  readonly heads: number;
  /** Tokens that the notch filter on the output head averages over, at most FUTURE_TOKENS; absent = no filter. */
  readonly notch?: number;
}

/** Two hours: short enough to follow a zigzag that grows along the horizon. */
const NOTCH_TOKENS = 8;

export const DEFAULT_HYPERPARAMETERS: Hyperparameters = { hidden: 32, heads: 4, notch: NOTCH_TOKENS };
/** As wide as its products are still cheap: 150,000 weights. */
export const PERCEPTRON_HYPERPARAMETERS: Hyperparameters = {
  network: 'perceptron',
  hidden: 96,
  heads: 1,
  notch: NOTCH_TOKENS,
};

/** Numbers that the perceptron keeps of a past token (of 24 in) and of a future token (of 60 in). */
const PERCEPTRON_PAST_WIDTH = 8;
const PERCEPTRON_FUTURE_WIDTH = 16;
/** Its embeddings of metric and profile. */
const PERCEPTRON_EMBEDDING_WIDTH = 8;

/** Static variables of the static selection network: the window's figures, the metric, the profile. */
export const STATIC_VARIABLES = ['figures', 'metric', 'profile'] as const;

/** How a weight starts: normal with 1/√fanIn, or a constant (per column). */
type Start = { readonly fanIn: number; readonly gain?: number } | { readonly fill: (column: number) => number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: Start;
  /** Weight decay applies to matrices, not to biases, norms and embeddings. */
  readonly decays: boolean;
}

const zeros: Start = { fill: () => 0 };
const ones: Start = { fill: () => 1 };

function matrix(name: string, shape: readonly number[], gain = 1): ParameterSpec {
  return { name, shape, start: { fanIn: shape.at(-2)!, gain }, decays: true };
}

function vector(name: string, size: number, start: Start = zeros): ParameterSpec {
  return { name, shape: [size], start, decays: false };
}

function norm(name: string, size: number): ParameterSpec[] {
  return [vector(`${name}.gamma`, size, ones), vector(`${name}.beta`, size)];
}

function linear(name: string, input: number, output: number): ParameterSpec[] {
  return [matrix(`${name}.w`, [input, output]), vector(`${name}.b`, output)];
}

/** Gated linear unit: value and gate. */
function gate(name: string, input: number, output: number): ParameterSpec[] {
  return [...linear(`${name}.value`, input, output), ...linear(`${name}.gate`, input, output)];
}

/** Gated residual network; `skip` where input and output differ in width. */
function grn(name: string, input: number, hidden: number, output: number, context = 0): ParameterSpec[] {
  return [
    ...linear(`${name}.in`, input, hidden),
    ...(context > 0 ? [matrix(`${name}.context`, [context, hidden])] : []),
    ...gate(`${name}.glu`, hidden, output),
    ...(input === output ? [] : [matrix(`${name}.skip`, [input, output])]),
    ...norm(`${name}.norm`, output),
  ];
}

/** Variable selection over V variables of `width` values (the last is a constant 1) with a static context. */
function selection(name: string, variables: number, width: number, hidden: number, context: number): ParameterSpec[] {
  const each = (part: string, input: number, gain = 1) => matrix(`${name}.${part}`, [variables, input, hidden], gain);
  const eachBias = (part: string): ParameterSpec => ({
    name: `${name}.${part}`,
    shape: [variables, 1, hidden],
    start: zeros,
    decays: false,
  });
  return [
    each('embed', width),
    each('in', width),
    each('value.w', hidden),
    eachBias('value.b'),
    each('gate.w', hidden),
    eachBias('gate.b'),
    ...norm(`${name}.norm`, hidden),
    each('weights.in', width, 1 / Math.sqrt(variables)),
    ...(context > 0 ? [matrix(`${name}.weights.context`, [context, hidden])] : []),
    vector(`${name}.weights.in.b`, hidden),
    ...gate(`${name}.weights.glu`, hidden, variables),
    matrix(`${name}.weights.skip`, [variables, width, variables], 1 / Math.sqrt(variables)),
    ...norm(`${name}.weights.norm`, variables),
  ];
}

function lstm(name: string, size: number): ParameterSpec[] {
  // The forget gate (columns H … 2H of i, f, g, o) starts open, so that early gradients reach far back.
  const forgetOpen: Start = { fill: (column) => (column >= size && column < 2 * size ? 1 : 0) };
  return [matrix(`${name}.kernel`, [2 * size, 4 * size]), vector(`${name}.bias`, 4 * size, forgetOpen)];
}

function embedding(name: string, rows: number, width: number): ParameterSpec {
  return { name, shape: [rows, width], start: { fanIn: 1, gain: 0.3 }, decays: false };
}

/** The output head on rows of `width` values. */
function head(width: number): ParameterSpec[] {
  const mixtureStart: Start = { fill: (column) => (column % CANDIDATES.length === BASE_CANDIDATE ? 1.5 : 0) };
  const headWeights = (name: string, columns: number) => matrix(`head.${name}.w`, [width, columns], 0.1);
  return [
    headWeights('mixture', PATCH_STEPS * CANDIDATES.length),
    vector('head.mixture.b', PATCH_STEPS * CANDIDATES.length, mixtureStart),
    headWeights('correction', PATCH_STEPS),
    vector('head.correction.b', PATCH_STEPS),
    ...['lower', 'upper', 'lowest', 'highest'].flatMap((distance) => [
      headWeights(distance, PATCH_STEPS),
      vector(`head.${distance}.b`, PATCH_STEPS, { fill: () => 0.3 }),
    ]),
  ];
}

/** Every weight of a network, in a fixed order. */
export function parameterSpecs(hyperparameters: Hyperparameters): ParameterSpec[] {
  return hyperparameters.network === 'perceptron' ? perceptronSpecs(hyperparameters) : tftSpecs(hyperparameters);
}

function tftSpecs({ hidden, heads }: Hyperparameters): ParameterSpec[] {
  if (hidden % heads !== 0) throw new RangeError(`hidden is ${hidden}; expected a multiple of heads (${heads})`);
  return [
    ...linear('static.figures', STATIC_FIGURES.length, hidden),
    embedding('static.metric', METRIC_CLASSES, hidden),
    embedding('static.profile', PROFILE_CLASSES, hidden),
    ...selection('static.selection', STATIC_VARIABLES.length, hidden, hidden, 0),
    ...['selection', 'hidden', 'cell', 'enrichment'].flatMap((part) => grn(`context.${part}`, hidden, hidden, hidden)),
    ...selection('past', PAST_VARIABLES.length, TOKEN_WIDTH, hidden, hidden),
    ...selection('future', FUTURE_VARIABLES.length, TOKEN_WIDTH, hidden, hidden),
    ...lstm('encoder', hidden),
    ...lstm('decoder', hidden),
    ...gate('sequence.glu', hidden, hidden),
    ...norm('sequence.norm', hidden),
    ...grn('enrichment', hidden, hidden, hidden, hidden),
    ...linear('attention.query', hidden, hidden),
    ...linear('attention.key', hidden, hidden),
    ...linear('attention.value', hidden, hidden / heads),
    matrix('attention.out', [hidden / heads, hidden]),
    ...gate('attention.glu', hidden, hidden),
    ...norm('attention.norm', hidden),
    ...grn('feedforward', hidden, hidden, hidden),
    ...gate('output.glu', hidden, hidden),
    ...norm('output.norm', hidden),
    ...head(hidden),
  ];
}

/** Tokens shrunk by one matrix each, two layers over all of them, two more for each future token, the head. */
function perceptronSpecs({ hidden }: Hyperparameters): ParameterSpec[] {
  const tokens = (name: string, variables: number, width: number): ParameterSpec => ({
    name: `${name}.embed`,
    shape: [variables, TOKEN_WIDTH, width],
    start: { fanIn: variables * TOKEN_WIDTH },
    decays: true,
  });
  const window =
    PAST_TOKENS * PERCEPTRON_PAST_WIDTH +
    FUTURE_TOKENS * PERCEPTRON_FUTURE_WIDTH +
    STATIC_FIGURES.length +
    2 * PERCEPTRON_EMBEDDING_WIDTH;
  const narrow = Math.ceil(hidden / 2);
  return [
    embedding('static.metric', METRIC_CLASSES, PERCEPTRON_EMBEDDING_WIDTH),
    embedding('static.profile', PROFILE_CLASSES, PERCEPTRON_EMBEDDING_WIDTH),
    tokens('past', PAST_VARIABLES.length, PERCEPTRON_PAST_WIDTH),
    tokens('future', FUTURE_VARIABLES.length, PERCEPTRON_FUTURE_WIDTH),
    ...linear('window.first', window, hidden),
    ...linear('window.second', hidden, hidden),
    matrix('token.context', [hidden, hidden]),
    ...linear('token.first', PERCEPTRON_FUTURE_WIDTH, hidden),
    ...linear('token.second', hidden, narrow),
    ...head(narrow),
  ];
}

/** Named weight values. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

/** First weights; the same seed gives the same weights on every machine. */
export function initialWeights(hyperparameters: Hyperparameters, seed: number): Map<string, Float32Array> {
  const random = seededRandom(seed);
  return new Map(parameterSpecs(hyperparameters).map((spec) => [spec.name, startValues(spec, random)]));
}

function startValues({ shape, start }: ParameterSpec, random: Random): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const columns = shape.at(-1)!;
  if ('fill' in start) return values.map((_, i) => start.fill(i % columns));
  const deviation = (start.gain ?? 1) / Math.sqrt(start.fanIn);
  return values.map(() => deviation * normal(random));
}

/** Names, shapes and seeded first values of every weight of the network. */
import { normal, type Random, seededRandom } from '../../core/random.js';
import {
  BASE_CANDIDATE,
  CANDIDATES,
  FUTURE_VARIABLES,
  METRIC_CLASSES,
  PAST_VARIABLES,
  PATCH_STEPS,
  PROFILE_CLASSES,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from '../inputs/contract.js';

export interface Hyperparameters {
  /** Width of every hidden layer. */
  readonly hidden: number;
  /** Attention heads; must divide `hidden`. */
  readonly heads: number;
}

export const DEFAULT_HYPERPARAMETERS: Hyperparameters = { hidden: 32, heads: 4 };

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

/** Every weight of the network, in a fixed order. */
export function parameterSpecs({ hidden, heads }: Hyperparameters): ParameterSpec[] {
  if (hidden % heads !== 0) throw new RangeError(`hidden is ${hidden}; expected a multiple of heads (${heads})`);
  const embedding = (name: string, rows: number): ParameterSpec => ({
    name,
    shape: [rows, hidden],
    start: { fanIn: 1, gain: 0.3 },
    decays: false,
  });
  const mixtureStart: Start = { fill: (column) => (column % CANDIDATES.length === BASE_CANDIDATE ? 1.5 : 0) };
  const headWeights = (name: string, width: number): ParameterSpec => matrix(`head.${name}.w`, [hidden, width], 0.1);
  return [
    ...linear('static.figures', STATIC_FIGURES.length, hidden),
    embedding('static.metric', METRIC_CLASSES),
    embedding('static.profile', PROFILE_CLASSES),
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
    headWeights('mixture', PATCH_STEPS * CANDIDATES.length),
    vector('head.mixture.b', PATCH_STEPS * CANDIDATES.length, mixtureStart),
    headWeights('correction', PATCH_STEPS),
    vector('head.correction.b', PATCH_STEPS),
    headWeights('lower', PATCH_STEPS),
    vector('head.lower.b', PATCH_STEPS, { fill: () => 0.3 }),
    headWeights('upper', PATCH_STEPS),
    vector('head.upper.b', PATCH_STEPS, { fill: () => 0.3 }),
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

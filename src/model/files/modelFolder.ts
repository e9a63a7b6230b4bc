/** Reading and writing a model folder: manifest.json, weights.safetensors, CARD.md, training_info.json. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelError, WriteError } from '../../core/errors.js';
import { type FileContent, writeTogether } from '../../files/wholeFile.js';
import type { Engine } from '../engine/types.js';
import { FORECAST_SIZE, Forecaster } from '../forecaster.js';
import { incidentContract, RISE_FEATURES } from '../incident/contract.js';
import { incidentParameters, widenedHead } from '../incident/head.js';
import { inputContract } from '../inputs/contract.js';
import { type Hyperparameters, type ParameterSpec, parameterSpecs, type WeightValues } from '../network/parameters.js';
import { renderCard } from './card.js';
import { goldenWindows } from './golden.js';
import {
  contractDifference,
  type IncidentManifest,
  type LeftOut,
  type Manifest,
  MODEL_FORMAT,
  manifestSchema,
  type TrainingInputs,
} from './manifest.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import { renderTrainingInfo } from './trainingInfo.js';

const WEIGHTS_FILE = 'weights.safetensors';
const INCIDENT_FILE = 'incident.safetensors';
/** Written last: a folder without it was never finished. */
export const MANIFEST_FILE = 'manifest.json';

/** Engines and CPUs differ in the last bits only; anything more means wrong numbers. Relative to the golden value + 1. */
const GOLDEN_TOLERANCE = 1e-3;

/** A model as it lies on disk, checked against this linborg. */
export interface LoadedModel {
  readonly path: string;
  readonly manifest: Manifest;
  readonly weights: WeightValues;
  /** Of the incident head, where the folder has one. */
  readonly incident?: WeightValues;
}

/**
 * Reads a model folder and checks format, input contract, checksum, names and shapes.
 * @throws ModelError naming the file, what is wrong and what to do
 */
export async function readModel(path: string): Promise<LoadedModel> {
  const manifest = await readManifest(join(path, MANIFEST_FILE));
  const difference = contractDifference(manifest.input);
  if (difference) {
    throw new ModelError(`${join(path, MANIFEST_FILE)}: ${difference}; train a model with this version of linborg`);
  }
  const weights = await readWeights(path, manifest.weights, parameterSpecs(manifest.hyperparameters));
  return manifest.incident
    ? { path, manifest, weights, incident: await readIncident(path, manifest.incident) }
    : { path, manifest, weights };
}

/** A head of an earlier version knows the first features only. */
async function readIncident(path: string, incident: IncidentManifest): Promise<WeightValues> {
  const known = incident.features.length;
  const contract = incidentContract();
  const earlier = { ...contract, features: contract.features.slice(0, -RISE_FEATURES.length) };
  const isEarlier = earlier.features.join() === incident.features.join();
  for (const [key, expected] of Object.entries(isEarlier ? earlier : contract)) {
    const actual = JSON.stringify(incident[key as keyof IncidentManifest]);
    if (actual === JSON.stringify(expected)) continue;
    throw new ModelError(
      `${join(path, MANIFEST_FILE)}: incident.${key} is ${actual}; this linborg expects ${JSON.stringify(expected)}: train the head again (linborg train --only incident-head)`,
    );
  }
  return widenedHead(await readWeights(path, incident, incidentParameters(known)));
}

/** Reads a file of weights; its checksum and its tensors must be the ones that the manifest tells. */
async function readWeights(
  folder: string,
  entry: { readonly file: string; readonly sha256: string },
  specs: readonly Pick<ParameterSpec, 'name' | 'shape'>[],
): Promise<WeightValues> {
  const path = join(folder, entry.file);
  const bytes = await readFileOr(path);
  const tensors = decodeSafetensors(bytes, path);
  const sum = sha256(bytes);
  if (sum !== entry.sha256) {
    throw new ModelError(
      `${path} has SHA-256 ${sum.slice(0, 12)}…, the manifest says ${entry.sha256.slice(0, 12)}…; the file is corrupt or from another training: restore both together`,
    );
  }
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of specs) {
    const tensor = tensors.get(name);
    if (!tensor || tensor.shape.join() !== shape.join()) {
      const found = tensor ? `shape [${tensor.shape.join()}]` : 'no such tensor';
      throw new ModelError(`${path}: ${name} has ${found}, expected [${shape.join()}]; train the model again`);
    }
    const odd = oddIn(tensor.values);
    if (odd !== undefined) throw new ModelError(`${path}: ${name} holds ${odd}, ${FINITE}; train the model again`);
    weights.set(name, tensor.values);
  }
  return weights;
}

const FINITE = 'expected finite numbers';

/** The first value that no forecast can be made with, undefined if there is none. */
function oddIn(values: Float32Array): number | undefined {
  return values.find((value) => !Number.isFinite(value));
}

/**
 * A forecaster of a loaded model whose golden forecasts come out as stored.
 * @throws ModelError if they do not: the engine computes something else than the one that the model was made with
 */
export function createForecaster(
  engine: Engine,
  { manifest, weights, path }: LoadedModel,
  batchSize?: number,
): Forecaster {
  const forecaster = new Forecaster(engine, manifest.hyperparameters, weights, batchSize);
  const worst = goldenDifference(forecaster, manifest.golden);
  if (!(worst <= GOLDEN_TOLERANCE)) {
    forecaster.dispose();
    throw new ModelError(
      `${path}: the ${engine.kind} engine (${engine.version}) misses the golden forecasts by ${worst.toPrecision(3)}, expected at most ${GOLDEN_TOLERANCE}; try engine: wasm, or run "make setup" again`,
    );
  }
  return forecaster;
}

function goldenDifference(forecaster: Forecaster, golden: readonly (readonly number[])[]): number {
  const { values } = forecaster.forecast(goldenWindows());
  const isWhole = golden.every((row) => row.length === FORECAST_SIZE);
  if (!isWhole || golden.length * FORECAST_SIZE !== values.length) return Number.POSITIVE_INFINITY;
  return Math.max(...golden.flat().map((expected, i) => Math.abs(values[i]! - expected) / (1 + Math.abs(expected))));
}

/** An incident head, with what is known of it. */
export interface TrainedHead {
  readonly weights: WeightValues;
  readonly about: Omit<IncidentManifest, 'file' | 'sha256' | 'parameters' | keyof ReturnType<typeof incidentContract>>;
}

/** What a training hands over to be written. */
export interface TrainedModel {
  readonly name: string;
  /** ISO time. */
  readonly created: string;
  readonly linborg: string;
  readonly hyperparameters: Hyperparameters;
  readonly weights: WeightValues;
  readonly training: Manifest['training'];
  readonly profiles: readonly string[];
  readonly accuracy: Manifest['accuracy'];
  readonly trainingInputs?: TrainingInputs;
  readonly incident?: TrainedHead | undefined;
  readonly leftOut?: readonly LeftOut[] | undefined;
}

/**
 * Writes a model folder; where a file cannot be written, all that were there before stay.
 * @throws WriteError if it cannot, ModelError if a weight is no finite number
 */
export async function writeModel(path: string, model: TrainedModel, engine: Engine): Promise<Manifest> {
  const bytes = encodeWeights(model.weights, parameterSpecs(model.hyperparameters), model.name);
  const incident = model.incident && encodeHead(model.incident, model.name);
  const weights = { file: WEIGHTS_FILE, sha256: sha256(bytes), parameters: countValues(model.weights) };
  const manifest = manifestOf(model, { weights, incident: incident?.entry, golden: goldenForecasts(engine, model) });
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new WriteError(`cannot make the folder ${path} (${(cause as Error).message}); choose another one`, { cause });
  }
  await writeTogether([
    ...wordsOf(path, manifest),
    { path: join(path, WEIGHTS_FILE), content: bytes },
    ...(incident ? [{ path: join(path, INCIDENT_FILE), content: incident.bytes }] : []),
    manifestFile(path, manifest),
  ]);
  return manifest;
}

/** What is known of a model only when its files are there. */
interface Files extends Pick<Manifest, 'weights' | 'golden'> {
  readonly incident: IncidentManifest | undefined;
}

function manifestOf(model: TrainedModel, { weights, incident, golden }: Files): Manifest {
  return {
    format: MODEL_FORMAT,
    name: model.name,
    created: model.created,
    linborg: model.linborg,
    input: inputContract(),
    hyperparameters: { network: 'tft', ...model.hyperparameters },
    weights,
    training: model.training,
    profiles: [...model.profiles],
    accuracy: model.accuracy,
    ...(model.trainingInputs ? { training_inputs: model.trainingInputs } : {}),
    ...(model.leftOut ? { left_out: [...model.leftOut] } : {}),
    ...(incident ? { incident } : {}),
    golden,
  };
}

/** What an engine must forecast with this model, a row for each golden window. */
function goldenForecasts(engine: Engine, { hyperparameters, weights }: TrainedModel): number[][] {
  const forecaster = new Forecaster(engine, hyperparameters, weights);
  const { values } = forecaster.forecast(goldenWindows());
  forecaster.dispose();
  return Array.from({ length: values.length / FORECAST_SIZE }, (_, i) =>
    Array.from(values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE), (value) => Number(value.toPrecision(7))),
  );
}

/** Writes what is said of a model anew, and leaves its weights as they are. @throws WriteError if it cannot */
export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await writeTogether([...wordsOf(path, manifest), manifestFile(path, manifest)]);
}

/** The files that say the same as the manifest, for people and for other tooling. */
function wordsOf(path: string, manifest: Manifest): FileContent[] {
  return [
    { path: join(path, 'CARD.md'), content: renderCard(manifest) },
    { path: join(path, 'training_info.json'), content: renderTrainingInfo(manifest) },
  ];
}

function manifestFile(path: string, manifest: Manifest): FileContent {
  return { path: join(path, MANIFEST_FILE), content: `${JSON.stringify(manifest)}\n` };
}

function encodeHead({ weights, about }: TrainedHead, name: string) {
  const bytes = encodeWeights(weights, incidentParameters(), name);
  const parameters = countValues(weights);
  const entry = { file: INCIDENT_FILE, sha256: sha256(bytes), parameters, ...incidentContract(), ...about };
  return { bytes, entry };
}

function encodeWeights(
  weights: WeightValues,
  specs: readonly Pick<ParameterSpec, 'name' | 'shape'>[],
  name: string,
): Uint8Array {
  for (const spec of specs) {
    const odd = oddIn(weights.get(spec.name)!);
    if (odd === undefined) continue;
    throw new ModelError(`${name} is not written: ${spec.name} holds ${odd}, ${FINITE}; the training went wrong`);
  }
  return encodeSafetensors(
    new Map(specs.map((spec) => [spec.name, { shape: spec.shape, values: weights.get(spec.name)! }])),
    {
      format: String(MODEL_FORMAT),
      name,
    },
  );
}

function countValues(weights: WeightValues): number {
  return [...weights.values()].reduce((sum, { length }) => sum + length, 0);
}

async function readManifest(path: string): Promise<Manifest> {
  const text = new TextDecoder().decode(await readFileOr(path));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError(`${path} is no JSON (${(cause as Error).message}); restore the model folder`, { cause });
  }
  const result = manifestSchema.safeParse(json);
  if (!result.success) {
    throw new ModelError(
      `${path} is not a model manifest of format ${MODEL_FORMAT}:\n${z.prettifyError(result.error)}`,
    );
  }
  return result.data;
}

async function readFileOr(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ModelError(`cannot read ${path} (${(cause as Error).message}); set "model:" to a model folder`, {
      cause,
    });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

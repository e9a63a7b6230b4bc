/** Learning from a fleet over files of its own; what the test has opened, its end closes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import { retrainFields, retrainOptionsOf } from '../../../src/app/options.js';
import { FleetLearning } from '../../../src/app/retraining/fleetLearning.js';
import type { LearningState } from '../../../src/app/retraining/learningState.js';
import type { LearningSettings } from '../../../src/app/retraining/learningStore.js';
import { DataFolder } from '../../../src/app/service/dataFolder.js';
import { REPOSITORY } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

export const DEFAULT_MODEL = path.join(REPOSITORY, 'models/default');
export const OTHER_MODEL = path.join(REPOSITORY, 'models/perceptron');

const open = new Set<FleetLearning>();

afterEach(async () => {
  await Promise.all([...open].map((learning) => learning.close()));
  open.clear();
});

export interface Here {
  readonly learning: FleetLearning;
  readonly log: { readonly msg: string; readonly [fact: string]: unknown }[];
  readonly outcomes: string[];
  readonly served: string[];
}

export interface Wishes {
  readonly dataFolder?: string;
  readonly model?: string;
  readonly retrain?: Record<string, unknown>;
  readonly from?: readonly string[];
  readonly serve?: (path: string) => Promise<void>;
}

export function settingsOf({
  dataFolder = temporaryFolder(),
  model = DEFAULT_MODEL,
  retrain,
}: Wishes): LearningSettings {
  const options = retrainOptionsOf({ data_dir: dataFolder, retrain: retrainFields.retrain.parse(retrain) });
  return { options, model: { path: model, engine: 'auto', workers: 1 }, everySteps: 12 };
}

export async function openLearning(wishes: Wishes): Promise<Here> {
  const log: Here['log'] = [];
  const outcomes: string[] = [];
  const served: string[] = [];
  const settings = settingsOf(wishes);
  const logger = pino({}, { write: (line: string) => log.push(JSON.parse(line)) });
  const data = new DataFolder({ retrain: settings.options }, logger);
  const learning = await FleetLearning.open({
    settings,
    program: path.join(REPOSITORY, 'bin/linborg.js'),
    from: wishes.from ?? ['--from', 'csv', '/nowhere'],
    log: logger,
    clock: () => Date.now() / 1000,
    takeFolder: () => data.take(),
    serve: async (model) => {
      await wishes.serve?.(model);
      served.push(model);
    },
    onOutcome: (reason, outcome) => outcomes.push(`${reason} ${outcome}`),
  });
  open.add(learning);
  return { learning, log, outcomes, served };
}

/** The state file of a data folder. */
export function stateIn(folder: string): LearningState {
  return JSON.parse(readFileSync(path.join(folder, 'learning.json'), 'utf8')) as LearningState;
}

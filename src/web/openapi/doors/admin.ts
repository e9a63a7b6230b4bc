/** Doors of the model. */
import {
  modelInfoAnswer,
  modelsAnswer,
  reloadBody,
  reloadQuery,
  trainingStatsAnswer,
  trainingStatusAnswer,
  unknownModel,
  wishDone,
  wishRefused,
} from '../../../exposition/answers/admin.js';
import { validationFailure } from '../../../exposition/answers/common.js';
import type { Door, DoorAnswer } from '../door.js';

const MODEL = {
  ...{ name: 'default', path: 'models/default', created: '2026-01-04T10:00:00Z', size_mb: 1.23 },
  ...{ is_current: true, is_configured: true },
};

const RECORD = {
  ...{ training_id: '20260104T120000Z', reason: 'weekly', outcome: 'promoted' },
  ...{ started: '2026-01-04T12:00:00Z', ended: '2026-01-04T12:15:00Z', message: 'its loss is 2.1 % lower' },
};

const REFUSED: DoorAnswer = {
  description: 'It does not fit what is going on',
  schema: wishRefused,
  example: { status: 'error', message: 'a training is under way', detail: 'a training is under way' },
};

const admin = { tag: 'model', access: 'key', isLimited: true } as const;

const reading = (path: string, summary: string, answer: DoorAnswer): Door => ({
  ...{ method: 'get', path, summary, ...admin },
  answers: { 200: answer },
});

export const ADMIN_DOORS: readonly Door[] = [
  reading('/admin/models', 'The models that could serve', {
    description: 'The models',
    schema: modelsAnswer,
    example: { models: [MODEL], count: 1 },
  }),
  reading('/admin/model-info', 'The model that serves', {
    description: 'The model',
    schema: modelInfoAnswer,
    example: {
      ...{ model_loaded: true, name: 'default', path: 'models/default', created: MODEL.created, parameters: 121_934 },
      ...{ size_mb: 1.23, is_configured: true, trial: null },
    },
  }),
  reading('/admin/training-status', 'The training under way', {
    description: 'How far it is',
    schema: trainingStatusAnswer,
    example: {
      ...{ training_active: true, training_id: '20260105T120000Z', reason: 'manual', phase: 'training' },
      started: '2026-01-05T12:00:00Z',
      progress: { epoch: 5, total_epochs: 10, percent: 46, eta_minutes: 6 },
      ...{ trial: null, next_training: 'a training is under way', last_training: RECORD },
    },
  }),
  reading('/admin/training-stats', 'The trainings so far', {
    description: 'How they went',
    schema: trainingStatsAnswer,
    example: { total_trainings: 1, outcomes: { promoted: 1 }, mean_duration_minutes: 15, trainings: [RECORD] },
  }),
  {
    ...{ method: 'post', path: '/admin/trigger-training', summary: 'Starts a training', ...admin },
    answers: {
      200: {
        description: 'It is started',
        schema: wishDone,
        example: { status: 'success', message: 'a training was started', training_id: '20260105T120000Z' },
      },
      409: REFUSED,
    },
  },
  {
    ...{ method: 'post', path: '/admin/cancel-training', summary: 'Ends the training or trial under way', ...admin },
    answers: {
      200: {
        description: 'It is ended',
        schema: wishDone,
        example: { status: 'success', message: 'the training is being ended' },
      },
      409: REFUSED,
    },
  },
  {
    ...{ method: 'post', path: '/admin/reload-model', summary: 'Puts a model into service', ...admin },
    description: 'The name comes in the body or in the query; without one, the model of the configuration is loaded.',
    query: reloadQuery,
    body: {
      description: 'Which model',
      isRequired: false,
      schema: reloadBody,
      example: { model: 'default' },
    },
    answers: {
      200: {
        description: 'It serves from the next cycle on',
        schema: wishDone,
        example: { status: 'success', message: 'default serves' },
      },
      404: {
        description: 'No model has that name',
        schema: unknownModel,
        example: { detail: 'no model is called "x"', models: ['default'] },
      },
      409: REFUSED,
      422: {
        description: 'Body or query do not fit',
        schema: validationFailure,
        example: {
          ...{ status: 'error', message: 'Validation failed' },
          ...{ errors: ['model: expected the name of a model'], detail: ['model: expected the name of a model'] },
        },
      },
    },
  },
];

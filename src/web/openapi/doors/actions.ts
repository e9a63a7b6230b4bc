/** Doors of the policy. */

import { actionsAnswer, answerBody, unknownAction } from '../../../exposition/answers/actions.js';
import { wishDone, wishRefused } from '../../../exposition/answers/admin.js';
import { validationFailure } from '../../../exposition/answers/common.js';
import type { Door } from '../door.js';

const ACTION = {
  ...{ id: '4f0c', rule: 'restart-leaking', action: 'restart', server: 'ppweb001', profile: 'web_api' },
  wanted: '2026-01-05T12:02:00Z',
  finding: {
    ...{ kind: 'threshold_predicted', metric: 'mem_used_pct', probability: 0.9, horizon_seconds: 3600, score: 80 },
    reason: 'mem_used_pct 91.2 reaches 95 in 50 min',
  },
};

const answering = (verb: 'approve' | 'deny', summary: string, example: string): Door => ({
  method: 'post',
  path: `/admin/actions/:id/${verb}`,
  tag: 'actions',
  summary,
  access: 'key',
  isLimited: true,
  parameters: { id: { description: 'The action', example: ACTION.id } },
  body: { description: 'Who answers', isRequired: false, schema: answerBody, example: { by: 'ada' } },
  answers: {
    200: { description: 'It was noted', schema: wishDone, example: { status: 'success', message: example } },
    404: {
      description: 'No such action waits',
      schema: unknownAction,
      example: { detail: 'no such action waits', pending: [ACTION.id] },
    },
    409: {
      description: 'It does not fit any more',
      schema: wishRefused,
      example: { status: 'error', message: 'cooldown', detail: 'cooldown' },
    },
    422: { description: 'The body does not fit', schema: validationFailure },
  },
});

export const ACTION_DOORS: readonly Door[] = [
  {
    method: 'get',
    path: '/actions',
    tag: 'actions',
    summary: 'What was decided, and what waits for a person',
    access: 'key',
    isLimited: true,
    answers: {
      200: {
        description: 'The actions',
        schema: actionsAnswer,
        example: { dry_run: true, unsafe: null, pending: [ACTION], decisions: [] },
      },
    },
  },
  answering('approve', 'A person says yes to an action', 'it is being handed over'),
  answering('deny', 'A person says no to an action', 'it is not taken'),
];

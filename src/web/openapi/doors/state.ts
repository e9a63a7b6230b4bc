/** Doors that tell how linborg is, and the document itself. */
import { healthAnswer, statusAnswer } from '../../../exposition/answers/health.js';
import type { Door } from '../door.js';

const HEALTH = {
  ...{ status: 'healthy', service: 'linborg', running: true, servers_tracked: 20, servers_warmed_up: 20 },
  ...{ predictions_active: true, last_update: '2026-01-05T12:02:00Z' },
};

export const STATE_DOORS: readonly Door[] = [
  {
    method: 'get',
    path: '/health',
    tag: 'state',
    summary: 'Whether linborg works, for monitors of the older daemons',
    access: 'open',
    answers: {
      200: { description: 'Healthy', schema: healthAnswer, example: HEALTH },
      503: {
        description: 'No cycle has succeeded for three intervals',
        schema: healthAnswer,
        example: { ...HEALTH, status: 'unhealthy', predictions_active: false },
      },
    },
  },
  {
    method: 'get',
    path: '/status',
    tag: 'state',
    summary: 'Health, the window, the model and the warm-up',
    access: 'open',
    answers: {
      200: {
        description: 'The state',
        schema: statusAnswer,
        example: {
          ...HEALTH,
          ...{ model_loaded: true, model_path: 'models/default', rolling_window_size: 46_080, tick_count: 1234 },
          ...{ total_records_received: 1_480_800, last_prediction: HEALTH.last_update, uptime_seconds: 74_040 },
          warmup_complete: true,
          warmup: {
            ...{ is_warmed_up: true, progress_percent: 100, threshold: 24, current_size: 480, required_size: 480 },
            message: 'all servers are warm',
          },
        },
      },
    },
  },
  {
    method: 'get',
    path: '/openapi.json',
    tag: 'document',
    summary: 'All doors as an OpenAPI 3.1 document',
    access: 'open',
    answers: { 200: { description: 'This document', types: ['application/json'] } },
  },
];

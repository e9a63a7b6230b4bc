/** Doors of records that clients push. */
import { z } from 'zod';
import { recordSchema } from '../../../core/push/record.js';
import { refusal, validationFailure } from '../../../exposition/answers/common.js';
import { feedAnswer, warmupAnswer } from '../../../exposition/answers/feed.js';
import type { Door } from '../door.js';

const RECORD = {
  ...{ timestamp: '2026-01-05T12:00:00Z', server_name: 'ppdb001', status: 'healthy', profile: 'database' },
  ...{ cpu_user_pct: 40, cpu_sys_pct: 5, cpu_iowait_pct: 1, cpu_idle_pct: 54, java_cpu_pct: 20 },
  ...{ mem_used_pct: 60, swap_used_pct: 0, disk_usage_pct: 70, net_in_mb_s: 12.5, net_out_mb_s: 8 },
  ...{ back_close_wait: 2, front_close_wait: 3, load_average: 1.25, uptime_days: 12 },
};

/** With push.optional_metrics, fewer metrics are needed. */
const feedBody = z.object({ records: z.array(recordSchema(new Set())) });

export const FEED_DOORS: readonly Door[] = [
  {
    method: 'post',
    path: '/feed/data',
    tag: 'push',
    summary: 'Takes records of servers',
    description: 'A record of a server and time that is known already takes its place: a batch may be sent again.',
    access: 'key',
    isLimited: true,
    body: {
      description: 'Records, plain or by gzip. What push.optional_metrics names may be missing or null.',
      isRequired: true,
      schema: feedBody,
      example: { records: [RECORD] },
    },
    answers: {
      200: {
        description: 'They were taken, or there were none',
        schema: feedAnswer,
        example: {
          ...{ status: 'accepted', accepted: 45, rejected: 0, records_received: 45, dropped_too_old: 0 },
          ...{ warning_count: 0, tick: 1234, rolling_window_size: 129_600, window_size: 129_600 },
          ...{ servers_tracked: 45, servers_ready: 45, warmup_complete: true },
        },
      },
      503: { description: 'They could not be written to disk; none was taken', schema: refusal },
      404: { description: 'push.enabled is false', schema: refusal },
      415: { description: 'The body is encoded by something else than gzip, or no UTF-8', schema: refusal },
      422: {
        description: 'A record is faulty: none was taken',
        schema: validationFailure,
        example: {
          status: 'error',
          message: 'Validation failed',
          errors: ['records[0].cpu_user_pct is 140; expected 0–100'],
          detail: ['records[0].cpu_user_pct is 140; expected 0–100'],
        },
      },
    },
  },
  {
    method: 'get',
    path: '/debug/warmup',
    tag: 'push',
    summary: 'How far each server is from its first forecast',
    access: 'key',
    isLimited: true,
    answers: {
      200: {
        description: 'All servers, pushed and pulled',
        schema: warmupAnswer,
        example: {
          ...{ warmup_complete: false, servers_tracked: 1, servers_ready: 0 },
          servers: [
            {
              ...{ server: 'ppdb001', records: 30, required: 150, percent: 20, ready: false },
              ...{ source: 'push', since: '2026-01-05T11:30:00Z' },
            },
          ],
        },
      },
    },
  },
];

/** Doors of the fleet as a whole. */
import { driftReportAnswer, driftStatusAnswer } from '../../../exposition/answers/drift.js';
import { anomaliesAnswer, cascadeHealthAnswer, cascadeStatusAnswer } from '../../../exposition/answers/fleet.js';
import type { Door, DoorAnswer } from '../door.js';

const TIMESTAMP = '2026-01-05T12:02:00Z';
const CALM = { cascade_detected: false, servers_with_anomalies: 1, total_servers: 20 };

const DRIFT = {
  ...{
    status: 'ok',
    per: 0.02,
    dss: 0.08,
    fds: 0.05,
    anomaly_rate: 0.01,
    combined_score: 0.4,
    needs_retraining: false,
  },
  thresholds: { per: 0.1, dss: 0.2, fds: 0.15, anomaly_rate: 0.05 },
  trends: { per: 'steady', dss: 'rising', fds: 'steady', anomaly_rate: 'falling' },
  recommendation: 'Nothing to do',
  timestamp: TIMESTAMP,
};

const fleetDoor = (path: string, summary: string, answer: DoorAnswer): Door => ({
  method: 'get',
  path,
  tag: 'fleet',
  summary,
  access: 'key',
  isLimited: true,
  answers: { 200: answer },
});

export const FLEET_DOORS: readonly Door[] = [
  fleetDoor('/cascade/status', 'Who is under stress, and whether it spreads', {
    description: 'The state of the fleet',
    schema: cascadeStatusAnswer,
    example: {
      ...{ status: 'ok', ...CALM, anomaly_rate: 0.05, usual_rate: 0.04, correlation_score: 0, cascades: [] },
      timestamp: TIMESTAMP,
    },
  }),
  fleetDoor('/cascade/health', 'Health of the fleet, 0–100', {
    description: 'The health of the fleet',
    schema: cascadeHealthAnswer,
    example: { status: 'healthy', health_score: 95, ...CALM, timestamp: TIMESTAMP },
  }),
  fleetDoor('/anomalies', 'Anomalies of whole categories of series', {
    description: 'What the last hour of each category says',
    schema: anomaliesAnswer,
    example: {
      window_minutes: 60,
      categories: [{ category: 'ai_engine', status: 'insufficient_data', message: 'No series of it can be judged' }],
      timestamp: TIMESTAMP,
    },
  }),
  fleetDoor('/drift/status', 'Whether inputs or errors drift', {
    description: 'The four measures',
    schema: driftStatusAnswer,
    example: DRIFT,
  }),
  fleetDoor('/drift/report', 'The same, and all that it was judged from', {
    description: 'The report',
    schema: driftReportAnswer,
    example: DRIFT,
  }),
];

/** The bodies of /cascade/status and /cascade/health. */
import { CASCADE_SCORE, type FleetReport, type StressedServer } from '../../core/fleet.js';
import { roundMeasure } from '../seriesText.js';
import { isoTime } from './timestamp.js';

/** Health from which on a fleet is called so. */
const HEALTH_LEVELS = [
  [80, 'healthy'],
  [60, 'degraded'],
  [40, 'warning'],
] as const;

/** What the answers are made from. */
interface Watched {
  /** Absent where nobody watches the fleet, or there is no cycle to speak of. */
  readonly fleet: FleetReport | undefined;
  /** Epoch seconds. */
  readonly at: number;
  /** Why there is no cycle to speak of. */
  readonly withheld?: string;
}

/** Who is under stress and whether it spreads. All fields are there in any case; what nobody can judge is null. */
export function cascadeStatus({ fleet, at, withheld }: Watched) {
  if (fleet === undefined || fleet.judged === 0) {
    return {
      ...insufficientEvidence(withheld),
      anomaly_rate: null,
      usual_rate: null,
      correlation_score: null,
      cascades: [],
      timestamp: isoTime(at),
    };
  }
  const { judged, stressed, cascade } = fleet;
  return {
    status: 'ok',
    cascade_detected: isCascade(fleet),
    servers_with_anomalies: stressed.length,
    total_servers: judged,
    anomaly_rate: roundMeasure(stressed.length / judged),
    usual_rate: roundMeasure(fleet.usualShare),
    // No three servers move together.
    correlation_score: roundMeasure(cascade?.correlation ?? 0),
    cascades:
      cascade === undefined
        ? []
        : [
            {
              score: roundMeasure(cascade.score),
              suspected_origin: cascade.origin.server,
              started: isoTime(cascade.origin.since),
              servers: cascade.members.map(memberView),
            },
          ],
    timestamp: isoTime(at),
  };
}

/** 0–100: 100 × (1 − share under stress) × (1 − half the cascade score). */
export function cascadeHealth({ fleet, at, withheld }: Watched) {
  if (fleet === undefined || fleet.judged === 0) {
    return { ...insufficientEvidence(withheld), health_score: null, timestamp: isoTime(at) };
  }
  const { judged, stressed, cascade } = fleet;
  const score = 100 * (1 - stressed.length / judged) * (1 - (cascade?.score ?? 0) / 2);
  return {
    status: HEALTH_LEVELS.find(([from]) => score >= from)?.[1] ?? 'critical',
    health_score: roundMeasure(score),
    cascade_detected: isCascade(fleet),
    servers_with_anomalies: stressed.length,
    total_servers: judged,
    timestamp: isoTime(at),
  };
}

function isCascade({ cascade }: FleetReport): boolean {
  return cascade !== undefined && cascade.score >= CASCADE_SCORE;
}

function memberView({ server, profile, since, stress, overPeers }: StressedServer) {
  return {
    server,
    profile,
    since: isoTime(since),
    stress: roundMeasure(stress),
    over_peers: roundMeasure(overPeers),
  };
}

function insufficientEvidence(withheld?: string) {
  return {
    status: 'insufficient_data',
    message: withheld ?? 'Nothing can be judged yet: it needs samples and forecasts that were made an hour before them',
    // Found so far, of the servers that could be judged.
    cascade_detected: false,
    servers_with_anomalies: 0,
    total_servers: 0,
  };
}

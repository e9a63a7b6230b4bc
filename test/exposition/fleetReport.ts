/** What a fleet does as a whole, for the tests. */
import type { FleetReport, StressedServer } from '../../src/core/fleet.js';

function stressed(server: string, since: number, stress: number): StressedServer {
  return { server, profile: 'database', since, stress, overPeers: stress - 0.5 };
}

/** Four servers judged, three of them under stress one after the other; the first half an hour before `at`. */
export function makeFleetReport(at: number, changes: Partial<FleetReport> = {}): FleetReport {
  const members = [stressed('ppdb-1', at - 1800, 4.5), stressed('ppweb-1', at - 900, 7), stressed('ppweb-2', at, 3)];
  return {
    judged: 4,
    stressed: [...members].sort((a, b) => b.stress - a.stress),
    usualShare: 0.05,
    cascade: { score: 0.72, correlation: 0.8, origin: members[0]!, members },
    anomalies: new Map([
      ['ppdb-1', [{ metric: 'cpu_iowait_pct', score: 5.25 }]],
      ['odd "name"\\x', [{ metric: 'mem_used_pct', score: 0.25 }]],
    ]),
    categories: [
      {
        ...{ category: 'api', judged: 3, outlying: 2, usualShare: 0.02, confidence: 0.9988, score: 0.42 },
        severity: 'high',
        recommendedAction: 'Look now: http_errors_ratio of shop was above what was forecast',
        series: [
          { server: 'shop', metric: 'http_errors_ratio', excess: 3.25, direction: 'above', outside: 11, judged: 12 },
        ],
      },
      {
        ...{ category: 'infrastructure', judged: 4, outlying: 0, usualShare: 0.04, confidence: 0, score: 0 },
        ...{ severity: undefined, recommendedAction: 'Nothing to do', series: [] },
      },
    ],
    ...changes,
  };
}

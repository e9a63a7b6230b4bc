/** An explanation for the tests: of a server whose memory leaks while it waits for its disks. */
import type { Explanation, MetricEvidence } from '../../src/core/explanation.js';
import { AT, makeRisk } from './fleet.js';

const attention = [
  ...Array.from({ length: 24 }, (_, i) => ({ name: `-${24 - i}h`, share: i < 4 ? 0.1 : 0.02 })),
  { name: 'future', share: 0.2 },
];

const evidence: MetricEvidence = {
  past: [
    { name: 'residual', share: 0.75 },
    { name: 'value', share: 0.25 },
  ],
  future: [{ name: 'trend', share: 1 }],
  statics: [{ name: 'figures', share: 1 }],
  candidates: [{ name: 'line_4h', share: 1 }],
  attention,
  focus: [{ fromHoursAgo: 24, toHoursAgo: 20, share: 0.5, timesEven: 3 }],
};

export function makeExplanation(server: string, score = 72): Explanation {
  const risk = makeRisk(server, score);
  const [memory, waiting] = risk.contributions;
  return {
    risk: { ...risk, at: AT },
    metrics: [
      {
        ...{ contribution: memory!, current: 91, threshold: 95, direction: 'above', breached: false, evidence },
        probability: risk.thresholds[0]!.probability!,
        seconds: risk.timeToThreshold[0]!.seconds,
        servedBy: [
          { name: 'default', share: 0.6 },
          { name: 'line_4h', share: 0.4 },
        ],
      },
      { contribution: waiting!, threshold: 20, direction: 'above', breached: true, servedBy: [] },
    ],
    counterfactuals: [
      {
        changes: [{ metric: 'mem_used_pct', from: 91, to: 76 }],
        ...{ hours: 4, scoreBefore: 72, scoreAfter: 41, colorBefore: 'red', colorAfter: 'yellow' },
        ...{ probabilityBefore: 0.72, probabilityAfter: 0.3 },
        scenario: 'mem_used_pct falls by 15 points, from 91 % to 76 % (for the last 4 h)',
        recommendation: 'mem_used_pct at 76 % would take the risk from red to yellow (72 → 41)',
      },
    ],
    attentionWords: 'mem_used_pct: of the attention on the past, 50 % on 20–24 h ago (3.0 times an even share)',
  };
}

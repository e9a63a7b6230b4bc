/** What stands behind the doors of the model and of the policy, for the tests. */
import type { Action } from '../../src/core/action.js';
import type { ActionDoors } from '../../src/exposition/actions.js';
import type { LearningDoors, WishAnswer } from '../../src/exposition/learning.js';
import { AT } from '../exposition/fleet.js';

/** A training at half, with a week of learning behind it; `asked` notes what was wished for. */
export function learningOf(more: Partial<LearningDoors> = {}): LearningDoors & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const wish = async (what: unknown): Promise<WishAnswer> => {
    asked.push(what);
    return { kind: 'done', id: '20260105T120000Z', message: 'it was done' };
  };
  const records = (['failed', 'promoted'] as const).map((outcome, i) => ({
    id: `2026010${i + 1}T120000Z`,
    reason: 'weekly' as const,
    startedAt: AT - 7200,
    endedAt: AT - 3600 - 600 * i,
    outcome,
    message: 'in words',
  }));
  return {
    asked,
    models: async () => [
      {
        name: 'default',
        path: 'models/default',
        created: '2026-01-01T00:00:00Z',
        bytes: 1_234_567,
        isCurrent: true,
        isConfigured: true,
      },
      {
        name: '20260102T120000Z',
        path: 'data/models/20260102T120000Z',
        created: '2026-01-02T12:10:00Z',
        bytes: 1e6,
        isCurrent: false,
        isConfigured: false,
      },
    ],
    training: () => ({
      id: '20260105T120000Z',
      reason: 'manual',
      startedAt: AT - 300,
      phase: 'training',
      epoch: 5,
      totalEpochs: 10,
      share: 0.456,
      remainingSeconds: 330,
    }),
    trial: () => ({ model: 'default', role: 'former', since: AT - 86_400, gain: -0.0213, samples: 4711 }),
    records: () => records,
    nextTraining: () => 'a training is under way',
    trigger: () => wish('trigger'),
    cancel: () => wish('cancel'),
    load: wish,
    ...more,
  };
}

export const action: Action = {
  id: '20260105T120000Z-0123456789abcdef',
  rule: 'restart-leaking',
  kind: 'restart',
  name: 'restart',
  server: 'ppweb001',
  profile: 'web_api',
  parameters: { token: 'hunter' },
  finding: {
    server: 'ppweb001',
    profile: 'web_api',
    kind: 'threshold_predicted',
    metric: 'mem_used_pct',
    probability: 0.9,
    horizonSeconds: 3600,
    score: 80.123456789,
    reason: 'mem_used_pct 91.2 reaches 95 in 50 min',
    at: AT,
  },
  at: AT,
};

/** One action waits, one was denied; `asked` notes what persons said. */
export function actionsOf(): ActionDoors & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    isDry: () => false,
    unsafe: () => undefined,
    pending: () => [action],
    recent: () => [
      { decision: { at: AT, action, verdict: { kind: 'denied', reason: 'cooldown', words: 'in words' } } },
      {
        decision: { at: AT, action, verdict: { kind: 'allowed' } },
        delivery: { outcome: 'delivered', message: 'executor answered 200' },
      },
    ],
    approve: async (id, by) => {
      asked.push(['approve', id, by]);
      if (id === 'late') return { kind: 'refused', message: 'cooldown: in words' };
      if (id !== action.id) return { kind: 'unknown', message: 'no such action waits', known: [action.id] };
      return { kind: 'done', message: 'it is being handed over' };
    },
    decline: async (id, by) => {
      asked.push(['deny', id, by]);
      return { kind: 'done', message: 'it was declined' };
    },
  };
}

/** Policies as they are written, and findings to feed them. */
import { z } from 'zod';
import type { Decision, Finding } from '../../src/core/action.js';
import type { Surroundings } from '../../src/policy/guards.js';
import { type PolicyOptions, policyFields, policyOptionsOf } from '../../src/policy/options.js';

/** Monday, 1 June 2026, 12:00 UTC. */
export const AT = Date.UTC(2026, 5, 1, 12) / 1000;

const schema = z.strictObject(policyFields);

export const TARGET = {
  name: 'executor',
  url: 'https://executor.example.org/linborg',
  secret: 'a-secret-of-16-or-more',
};

/** The options of a `policy:` block; live and with one target unless it says otherwise. */
export function policyOf(block: Readonly<Record<string, unknown>>): PolicyOptions {
  const policy = { dry_run: false, allow: ['https://executor.example.org'], targets: [TARGET], ...block };
  return policyOptionsOf(schema.parse({ policy }));
}

/** A rule that lets everything pass but what its other keys say. */
export function ruleOf(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'restart-leaking',
    findings: ['threshold_predicted'],
    action: 'restart',
    target: 'executor',
    approval: false,
    rate: { max: 1000, per: '1h' },
    blast_radius: { servers: 1000 },
    ...more,
  };
}

export function findingOf(more: Partial<Finding> = {}): Finding {
  return {
    server: 'ppweb001',
    profile: 'web_api',
    kind: 'threshold_predicted',
    metric: 'mem_used_pct',
    probability: 0.9,
    horizonSeconds: 3600,
    score: 80,
    reason: 'mem_used_pct 91.2 reaches 95 in 50 min',
    at: AT,
    ...more,
  };
}

export function surroundingsOf(more: Partial<Surroundings> = {}): Surroundings {
  return { now: AT, maintenance: new Set(), fleet: new Map([['web_api', 10]]), freeSlots: 100, ...more };
}

/** `allowed`, or the reason of the denial, by server. */
export function verdictsOf(decisions: readonly Decision[]): Record<string, string> {
  return Object.fromEntries(
    decisions.map(({ action, verdict }) => [action.server, verdict.kind === 'allowed' ? 'allowed' : verdict.reason]),
  );
}

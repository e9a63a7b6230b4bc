import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decision, FINDING_KINDS, type Finding } from '../../src/core/action.js';
import { PROFILES } from '../../src/core/profiles.js';
import { approve, decide } from '../../src/policy/decide.js';
import type { PolicyOptions } from '../../src/policy/options.js';
import { EMPTY_POLICY_STATE, type PolicyState } from '../../src/policy/state.js';
import { AT, findingOf, policyOf, ruleOf, surroundingsOf } from './support.js';

const SERVERS = ['a', 'b', 'c', 'd', 'e', 'f'];

const anyFinding = fc
  .record({
    server: fc.constantFrom(...SERVERS),
    kind: fc.constantFrom(...FINDING_KINDS),
    metric: fc.option(fc.constantFrom('mem_used_pct', 'swap_used_pct'), { nil: undefined }),
    probability: fc.constantFrom(0.5, 0.8, 0.9, 1),
    horizonSeconds: fc.constantFrom(0, 3600, 14_400),
    score: fc.constantFrom(20, 70, 90),
    reason: fc.constantFrom('one', 'other'),
  })
  .map((finding): Finding => ({ ...finding, profile: PROFILES[finding.server.charCodeAt(0) % 2]!, at: AT }));

const anyRule = fc.record({
  findings: fc.constantFrom(['threshold_predicted', 'anomaly'], [...FINDING_KINDS]),
  action: fc.constantFrom('restart', 'drain', 'notify'),
  approval: fc.boolean(),
  dry_run: fc.boolean(),
  cooldown: fc.constantFrom('5m', '1h', '3h'),
  rate: fc.record({ max: fc.integer({ min: 1, max: 4 }), per: fc.constantFrom('10m', '2h') }),
  blast_radius: fc.record({
    servers: fc.integer({ min: 1, max: 3 }),
    profile_percent: fc.constantFrom(34, 67, 100),
  }),
});

const anyPolicy = fc
  .record({
    dry_run: fc.boolean(),
    settle_time: fc.constantFrom('5m', '30m'),
    rules: fc.array(anyRule, { minLength: 1, maxLength: 3 }),
  })
  .map(({ rules, ...rest }) =>
    policyOf({ ...rest, rules: rules.map((rule, i) => ruleOf({ name: `r${i}`, ...rule })) }),
  );

/** Cycles: what is found, and how much later the next one is. */
const anyCycles = fc.array(
  fc.record({
    findings: fc.array(anyFinding, { maxLength: 12 }),
    pauseSeconds: fc.constantFrom(60, 600, 3600),
    approves: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
type Cycles = typeof anyCycles extends fc.Arbitrary<infer T> ? T : never;

const fleet = new Map(PROFILES.slice(0, 2).map((profile) => [profile, 3] as const));

/** Runs the cycles, through a file each time, with persons who say yes to all that waits. */
function run(options: PolicyOptions, cycles: Cycles): Decision[] {
  let state: PolicyState = EMPTY_POLICY_STATE;
  let now = AT;
  const decisions: Decision[] = [];
  for (const { findings, pauseSeconds, approves } of cycles) {
    const outcome = decide(options, state, findings, surroundingsOf({ now, fleet }));
    state = JSON.parse(JSON.stringify(outcome.state)) as PolicyState;
    decisions.push(...outcome.decisions);
    for (const { id } of approves ? state.pending : []) {
      const answer = approve(options, state, id, surroundingsOf({ now: now + 30, fleet }))!;
      state = answer.state;
      decisions.push(...answer.decisions);
    }
    now += pauseSeconds;
  }
  return decisions;
}

const ruleNamed = ({ rules }: PolicyOptions, name: string) => rules.find((rule) => rule.name === name)!;

describe('whatever is found, in whatever order, and whoever says yes', () => {
  test('no cooldown, rate or blast radius is ever broken', () => {
    fc.assert(
      fc.property(anyPolicy, anyCycles, (options, cycles) => {
        const allowed = run(options, cycles).filter(({ verdict }) => verdict.kind === 'allowed');
        for (const [i, { at, action }] of allowed.entries()) {
          const rule = ruleNamed(options, action.rule);
          const before = allowed.slice(0, i);
          const same = before.filter((one) => one.action.server === action.server && one.action.name === action.name);
          for (const one of same) expect(at - one.at).toBeGreaterThanOrEqual(rule.cooldownSeconds);
          const ofRule = before.filter((one) => one.action.rule === rule.name && one.at > at - rule.rate.perSeconds);
          expect(ofRule.length).toBeLessThan(rule.rate.max);
          if (action.kind === 'notify') continue;
          const underWay = before.filter((one) => one.action.kind !== 'notify' && one.at > at - options.settleSeconds);
          const touched = new Set([...underWay.map((one) => one.action.server), action.server]);
          expect(touched.size).toBe(underWay.length + 1);
          expect(touched.size).toBeLessThanOrEqual(rule.blastRadius.servers);
          const ofProfile = underWay.filter((one) => one.action.profile === action.profile).length + 1;
          expect(ofProfile).toBeLessThanOrEqual(3 * rule.blastRadius.profileRatio);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a dry run allows nothing, and neither does a rule without its yes', () => {
    fc.assert(
      fc.property(anyPolicy, anyCycles, (options, cycles) => {
        const silent = cycles.map((cycle) => ({ ...cycle, approves: false }));
        for (const { action, verdict } of run(options, silent)) {
          const { isDry, wantsApproval } = ruleNamed(options, action.rule);
          if (options.isDry || isDry || wantsApproval) expect(verdict.kind).toBe('denied');
        }
      }),
      { numRuns: 40 },
    );
  });

  test('the order of the findings changes nothing', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc
          .array(anyFinding, { maxLength: 15 })
          .chain((findings) =>
            fc.tuple(fc.constant(findings), fc.shuffledSubarray(findings, { minLength: findings.length })),
          ),
        (options, [findings, shuffled]) => {
          const decided = (list: readonly Finding[]) =>
            decide(options, EMPTY_POLICY_STATE, list, surroundingsOf({ fleet }));
          expect(decided(shuffled)).toEqual(decided(findings));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('what is remembered stays bounded, and guards lose nothing by it', () => {
    const options = policyOf({ rules: [ruleOf({ cooldown: '1h', rate: { max: 1000, per: '5m' } })] });
    const generic = new Map([['generic' as const, 500]]);
    let state: PolicyState = EMPTY_POLICY_STATE;
    for (let cycle = 0; cycle < 12; cycle++) {
      const now = AT + cycle * 3600;
      const findings = Array.from({ length: 500 }, (_, i) =>
        findingOf({ server: `s${i}`, profile: 'generic', at: now }),
      );
      state = decide(options, state, findings, surroundingsOf({ now, fleet: generic, freeSlots: 500 })).state;
    }
    expect(state.records.length).toBe(5500);
    expect(state.records.slice(-500).every(({ at }) => at === AT + 11 * 3600)).toBe(true);
    expect(state.told).toEqual([]);
  });
});

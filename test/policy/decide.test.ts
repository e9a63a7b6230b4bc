import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/action.js';
import { approve, decide, decline } from '../../src/policy/decide.js';
import type { Surroundings } from '../../src/policy/guards.js';
import { EMPTY_POLICY_STATE, type PolicyState, policyStateSchema } from '../../src/policy/state.js';
import { AT, findingOf, policyOf, ruleOf, surroundingsOf, verdictsOf } from './support.js';

const MINUTE = 60;
const HOUR = 3600;

/** What one rule decides about findings of empty history. */
function verdicts(
  rule: Record<string, unknown>,
  findings: readonly Finding[] = [findingOf()],
  surroundings: Partial<Surroundings> = {},
  policy: Record<string, unknown> = {},
) {
  const options = policyOf({ rules: [ruleOf(rule)], ...policy });
  return verdictsOf(decide(options, EMPTY_POLICY_STATE, findings, surroundingsOf(surroundings)).decisions);
}

const servers = (count: number) => Array.from({ length: count }, (_, i) => findingOf({ server: `ppweb00${i + 1}` }));

describe('a rule', () => {
  test('acts on the findings that it is about, and decides nothing about the others', () => {
    expect(verdicts({})).toEqual({ ppweb001: 'allowed' });
    for (const other of [
      { findings: ['anomaly'] },
      { metrics: ['swap_used_pct'] },
      { servers: '^ppdb' },
      { profiles: ['database'] },
      { within: '30m' },
    ]) {
      expect(verdicts(other), JSON.stringify(other)).toEqual({});
    }
    expect(verdicts({ metrics: ['mem_used_pct'] }, [findingOf({ metric: undefined })])).toEqual({});
    expect(verdicts({}, [findingOf({ probability: Number.NaN })])).toEqual({});
  });

  test('takes the finding that it trusts where a server has several, and says of an unsure one what is missing', () => {
    const options = policyOf({ rules: [ruleOf({ min_probability: 0.8, min_score: 50 })] });
    const unsure = findingOf({ probability: 0.5, horizonSeconds: 600 });
    const both = decide(options, EMPTY_POLICY_STATE, [unsure, findingOf()], surroundingsOf());
    expect(both.decisions).toMatchObject([{ action: { finding: { probability: 0.9 } }, verdict: { kind: 'allowed' } }]);
    const [alone] = decide(options, EMPTY_POLICY_STATE, [unsure], surroundingsOf()).decisions;
    expect(alone?.verdict).toEqual({
      kind: 'denied',
      reason: 'confidence',
      words: 'the probability is 0.50; the rule wants 0.8',
    });
    expect(verdicts({ min_score: 90 })).toEqual({ ppweb001: 'confidence' });
  });

  test('keeps to its hours, in the time zone of the policy, over midnight too', () => {
    const at = (hour: number, day = 1) => ({ now: Date.UTC(2026, 5, day, hour) / 1000 });
    const night = { hours: [{ days: ['mon'], from: '22:00', to: '06:00' }] };
    expect(verdicts(night, undefined, at(23))).toEqual({ ppweb001: 'allowed' });
    expect(verdicts(night, undefined, at(5, 2))).toEqual({ ppweb001: 'allowed' });
    expect(verdicts(night, undefined, at(5))).toEqual({ ppweb001: 'outside_hours' });
    expect(verdicts(night, undefined, at(6, 2))).toEqual({ ppweb001: 'outside_hours' });
    // 21:00 UTC is 23:00 in Berlin, in June.
    const berlin = { time_zone: 'Europe/Berlin' };
    expect(verdicts(night, undefined, at(21), berlin)).toEqual({ ppweb001: 'allowed' });
    expect(verdicts(night, undefined, at(21))).toEqual({ ppweb001: 'outside_hours' });
  });

  test('leaves servers in maintenance alone unless it is told otherwise', () => {
    const surroundings = { maintenance: new Set(['ppweb001']) };
    expect(verdicts({}, undefined, surroundings)).toEqual({ ppweb001: 'maintenance' });
    expect(verdicts({ during_maintenance: true }, undefined, surroundings)).toEqual({ ppweb001: 'allowed' });
  });

  test('acts on so many servers at once, the worst first', () => {
    const findings = servers(3).map((finding, i) => ({ ...finding, score: 70 + i }));
    expect(verdicts({ blast_radius: { servers: 2 } }, findings)).toEqual({
      ppweb003: 'allowed',
      ppweb002: 'allowed',
      ppweb001: 'blast_radius',
    });
  });

  test('acts on so much of a profile at once, and on none of one that is too small for its share', () => {
    const radius = { blast_radius: { servers: 100, profile_percent: 20 } };
    expect(Object.values(verdicts(radius, servers(4))).filter((verdict) => verdict === 'allowed')).toHaveLength(2);
    expect(verdicts(radius, servers(1), { fleet: new Map([['web_api', 4]]) })).toEqual({ ppweb001: 'blast_radius' });
  });

  test('touches no server to notify, so that neither blast radius nor what is under way holds it back', () => {
    const options = policyOf({
      rules: [
        ruleOf({ blast_radius: { servers: 1 } }),
        ruleOf({ name: 'tell', action: 'notify', blast_radius: { servers: 1 } }),
      ],
    });
    const { decisions } = decide(options, EMPTY_POLICY_STATE, servers(2), surroundingsOf());
    const said = decisions.map(({ action, verdict }) => [action.rule, verdict.kind]);
    expect(said.filter(([rule]) => rule === 'tell')).toEqual([
      ['tell', 'allowed'],
      ['tell', 'allowed'],
    ]);
  });

  test('without a target, with too much under way, and where it is not safe, sends nothing', () => {
    expect(verdicts({ target: undefined })).toEqual({ ppweb001: 'no_target' });
    expect(verdicts({}, servers(2), { freeSlots: 1 })).toEqual({ ppweb001: 'allowed', ppweb002: 'queue_full' });
    expect(verdicts({}, undefined, { unsafe: 'policy.json cannot be used' })).toEqual({ ppweb001: 'unsafe' });
  });
});

describe('what was done before', () => {
  const options = policyOf({
    settle_time: '30m',
    rules: [
      ruleOf({ cooldown: '2h', rate: { max: 2, per: '1d' } }),
      ruleOf({ name: 'drain', action: 'drain', findings: ['threshold_breached'] }),
    ],
  });
  const first = decide(options, EMPTY_POLICY_STATE, [findingOf()], surroundingsOf()).state;
  const later = (seconds: number, finding = findingOf(), state = first) =>
    verdictsOf(decide(options, state, [finding], surroundingsOf({ now: AT + seconds })).decisions);

  test('holds another action on the same server back while it is under way, and then the same one for the cooldown', () => {
    expect(later(29 * MINUTE)).toEqual({ ppweb001: 'in_progress' });
    expect(later(29 * MINUTE, findingOf({ kind: 'threshold_breached' }))).toEqual({ ppweb001: 'in_progress' });
    expect(later(31 * MINUTE, findingOf({ kind: 'threshold_breached' }))).toEqual({ ppweb001: 'allowed' });
    expect(later(31 * MINUTE)).toEqual({ ppweb001: 'cooldown' });
    expect(later(2 * HOUR)).toEqual({ ppweb001: 'allowed' });
  });

  test('counts against the rate of the rule, on whatever servers', () => {
    const second = decide(options, first, [findingOf({ server: 'b' })], surroundingsOf({ now: AT + 1 })).state;
    expect(later(HOUR, findingOf({ server: 'c' }), second)).toEqual({ c: 'rate' });
    expect(later(24 * HOUR + 2, findingOf({ server: 'c' }), second)).toEqual({ c: 'allowed' });
  });

  test('goes through a file unharmed', () => {
    expect(policyStateSchema.parse(JSON.parse(JSON.stringify(first)))).toEqual(first);
  });

  test('holds even where the clock went back', () => {
    expect(later(-HOUR)).toEqual({ ppweb001: 'in_progress' });
  });
});

describe('a dry run', () => {
  const rules = [ruleOf({ cooldown: '2h', approval: true, target: undefined })];
  const dry = policyOf({ dry_run: true, rules });

  test('shows what would be done, with its cooldowns, and asks nobody', () => {
    const first = decide(dry, EMPTY_POLICY_STATE, [findingOf()], surroundingsOf());
    expect(verdictsOf(first.decisions)).toEqual({ ppweb001: 'dry_run' });
    expect(first.state.pending).toEqual([]);
    const next = decide(dry, first.state, [findingOf()], surroundingsOf({ now: AT + HOUR }));
    expect(verdictsOf(next.decisions)).toEqual({ ppweb001: 'cooldown' });
    const again = decide(dry, next.state, [findingOf()], surroundingsOf({ now: AT + 2 * HOUR }));
    expect(verdictsOf(again.decisions)).toEqual({ ppweb001: 'dry_run' });
  });

  test('holds nothing back once it is over', () => {
    const { state } = decide(dry, EMPTY_POLICY_STATE, [findingOf()], surroundingsOf());
    const live = policyOf({ rules: [ruleOf({ cooldown: '2h' })] });
    const { decisions } = decide(live, state, [findingOf()], surroundingsOf({ now: AT + 60 }));
    expect(verdictsOf(decisions)).toEqual({ ppweb001: 'allowed' });
  });

  test('is one even where a single rule alone is dry', () => {
    expect(verdicts({ dry_run: true })).toEqual({ ppweb001: 'dry_run' });
  });
});

describe('a denial that goes on', () => {
  test('is told once an hour, and at once where the reason changes', () => {
    const options = policyOf({ rules: [ruleOf({ hours: [{ from: '14:00' }] })] });
    let state: PolicyState = EMPTY_POLICY_STATE;
    const told: string[] = [];
    for (let minute = 0; minute < 150; minute += 10) {
      const maintenance = new Set(minute >= 130 ? ['ppweb001'] : []);
      const surroundings = surroundingsOf({ now: AT + minute * MINUTE, maintenance });
      const outcome = decide(options, state, [findingOf()], surroundings);
      state = outcome.state;
      told.push(...Object.values(verdictsOf(outcome.decisions)).map((verdict) => `${minute} ${verdict}`));
    }
    expect(told).toEqual(['0 outside_hours', '60 outside_hours', '120 allowed', '130 maintenance']);
  });
});

describe('an action that wants a yes', () => {
  const options = policyOf({ approval_ttl: '30m', rules: [ruleOf({ approval: true, cooldown: '2h' })] });
  const asked = decide(options, EMPTY_POLICY_STATE, [findingOf()], surroundingsOf());
  const { id } = asked.state.pending[0]!;
  const soon = surroundingsOf({ now: AT + 5 * MINUTE });

  test('waits, is asked for once, and is taken when a person says yes', () => {
    expect(verdictsOf(asked.decisions)).toEqual({ ppweb001: 'approval_wanted' });
    const meanwhile = decide(options, asked.state, [findingOf()], surroundingsOf({ now: AT + 60 }));
    expect(meanwhile.decisions).toEqual([]);
    expect(meanwhile.state.pending).toHaveLength(1);
    const yes = approve(options, meanwhile.state, id, soon)!;
    expect(yes.decisions).toMatchObject([{ action: { id }, verdict: { kind: 'allowed' } }]);
    expect(yes.state.pending).toEqual([]);
    expect(verdictsOf(decide(options, yes.state, [findingOf()], soon).decisions)).toEqual({ ppweb001: 'in_progress' });
  });

  test('is not asked for again for the cooldown when a person says no', () => {
    const no = decline(options, asked.state, id, AT + 60)!;
    expect(verdictsOf(no.decisions)).toEqual({ ppweb001: 'declined' });
    expect(no.state.pending).toEqual([]);
    const next = (now: number) =>
      verdictsOf(decide(options, no.state, [findingOf()], surroundingsOf({ now })).decisions);
    expect(next(AT + 120)).toEqual({});
    expect(next(AT + 90 * MINUTE)).toEqual({ ppweb001: 'declined' });
    expect(next(AT + 2 * HOUR + 60)).toEqual({ ppweb001: 'approval_wanted' });
  });

  test('meets all guards again at the yes, since time has passed', () => {
    const refused = approve(options, asked.state, id, { ...soon, maintenance: new Set(['ppweb001']) })!;
    expect(refused.verdict).toMatchObject({ kind: 'denied', reason: 'maintenance' });
    expect(refused.state.pending).toHaveLength(1);
  });

  test('waits no longer than it may, and a late yes changes nothing', () => {
    const late = surroundingsOf({ now: AT + 30 * MINUTE });
    expect(verdictsOf(decide(options, asked.state, [], late).decisions)).toEqual({ ppweb001: 'approval_expired' });
    expect(approve(options, asked.state, id, late)?.verdict).toMatchObject({ reason: 'approval_expired' });
    expect(approve(options, EMPTY_POLICY_STATE, id, soon)).toBeUndefined();
    expect(decline(options, EMPTY_POLICY_STATE, id, AT)).toBeUndefined();
  });

  test('is one of a hundred that wait at most', () => {
    const many = Array.from({ length: 150 }, (_, i) => findingOf({ server: `s${i}` }));
    const { state, decisions } = decide(options, EMPTY_POLICY_STATE, many, surroundingsOf());
    expect(state.pending).toHaveLength(100);
    expect(decisions).toHaveLength(150);
    expect(new Set(decisions.map(({ action }) => action.id)).size).toBe(150);
  });
});

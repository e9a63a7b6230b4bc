import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { renderConfig } from '../../src/config/render.js';
import { decide } from '../../src/policy/decide.js';
import { actedUponSpans } from '../../src/policy/deliveries.js';
import { EMPTY_POLICY_STATE } from '../../src/policy/state.js';
import { AT, findingOf, policyOf, ruleOf, surroundingsOf } from './support.js';

const SOURCES = 'sources: [{ prometheus: { url: http://localhost:9090 } }]\n';
const load = (policy: string, environment = {}) =>
  loadConfig(`${SOURCES}policy:\n${policy}`, 'linborg.yml', environment);

describe('the policy block', () => {
  test('acts on nothing by default, and a first rule is dry, asks, and touches one server at a time', () => {
    expect(loadConfig(SOURCES, 'linborg.yml', {}).policy).toMatchObject({ isDry: true, rules: [], targets: [] });
    const { policy } = load('  rules: [{ name: a, findings: [risk], action: restart }]\n');
    expect(policy.isDry).toBe(true);
    expect(policy.rules[0]).toMatchObject({ wantsApproval: true, blastRadius: { servers: 1 }, cooldownSeconds: 3600 });
  });

  test.each([
    ['  targets: [{ name: a, url: "https://evil.example", secret: 0123456789abcdef }]\n', /policy\.allow/],
    [
      '  allow: [https://a.example/linborg]\n  targets: [{ name: a, url: "https://a.example/linborg-2", secret: 0123456789abcdef }]\n',
      /policy\.targets\[0\]\.url is https:\/\/a\.example\/linborg-2; expected an address that policy\.allow/,
    ],
    [
      '  allow: [https://a.example/linborg]\n  targets: [{ name: a, url: "https://a.example/linborg/../other", secret: 0123456789abcdef }]\n',
      /policy\.targets\[0\]\.url is https:\/\/a\.example\/other; expected/,
    ],
    ['  allow: [https://a.example]\n  targets: [{ name: a, url: "https://a.example/" }]\n', /has no secret/],
    ['  allow: ["https://me:pw@a.example"]\n', /carries a user or password/],
    ['  rules: [{ name: a, findings: [risk], action: custom }]\n', /expected custom_action with action custom/],
    ['  rules: [{ name: a, findings: [risk], action: restart, target: b }]\n', /is b; expected the name of one of/],
    ['  rules: [{ name: a, findings: [risk], action: restart, cooldown: 31d }]\n', /longer than 30d/],
    ['  rules: [{ name: a, findings: [risk], action: restart, hours: [{ from: "25:00" }] }]\n', /expected a time/],
    ['  time_zone: Mars/Olympus\n', /expected a time zone/],
    [
      '  rules: [{ name: a, findings: [risk], action: drain }, { name: a, findings: [risk], action: drain }]\n',
      /rules\[1\]\.name is a, as another rule's is/,
    ],
  ])('refuses %j', (policy, message) => {
    expect(() => load(policy)).toThrow(message);
  });

  test('shows no secret: neither on /config, nor in a dump of the options, nor in a message', () => {
    const block = (length: number) =>
      `  allow: [https://a.example]\n  targets: [{ name: a, url: "https://a.example/", secret: "\${KEY}", authorization: { credentials: hunter-two-two-two } }]\n  rules: [{ name: a, findings: [risk], action: drain, cooldown: ${length} }]\n`;
    const environment = { KEY: 'hunter-one-one-one' };
    expect(() => load(block(5), environment)).toThrow(/^(?!.*hunter)/s);
    const config = load(block(5).replace('cooldown: 5', 'cooldown: 5m'), environment);
    for (const text of [renderConfig(config), JSON.stringify(config), inspect(config, { depth: 9 })]) {
      expect(text).toContain('a.example');
      expect(text).not.toContain('hunter');
    }
    expect(() =>
      load('  allow: [https://a.example]\n  targets: [{ name: a, url: "https://a.example/", secret: hunter }]\n'),
    ).toThrow(/^(?!.*hunter).*too short/s);
  });
});

describe('the spans after actions', () => {
  test('are as long as a forecast, and none comes of a notification or a dry run', () => {
    const rules = [
      ruleOf(),
      ruleOf({ name: 'tell', action: 'notify' }),
      ruleOf({ name: 'dry', action: 'drain', dry_run: true }),
    ];
    const { state } = decide(policyOf({ rules }), EMPTY_POLICY_STATE, [findingOf()], surroundingsOf());
    expect(state.records).toHaveLength(3);
    expect(actedUponSpans(state)).toEqual([
      {
        server: 'ppweb001',
        from: AT,
        to: AT + 8 * 3600,
        reason: 'mitigated, unverified: restart by rule restart-leaking',
      },
    ]);
  });
});

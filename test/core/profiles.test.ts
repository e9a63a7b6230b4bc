import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideProfile, PROFILES, type ProfileRule, profileOf } from '../../src/core/profiles.js';

describe('the profile of a server', () => {
  it.each([
    ...(['ppdb001', 'db-1', 'mysql3', 'prod-db-01', 'eu.postgres2.x'] as const).map((name) => [name, 'database']),
    ...(['ppapi004', 'ppweb001', 'web1', 'eu-west-api-7', 'api.example.org'] as const).map((name) => [name, 'web_api']),
    ...(['ppml001', 'gpu-9', 'train_3'] as const).map((name) => [name, 'ml_compute']),
    ...(['ppcond01', 'ppcon1', 'x-mgmt'] as const).map((name) => [name, 'conductor_mgmt']),
    ...(['ppetl001', 'kafka-broker-2', 'prod-kafka3'] as const).map((name) => [name, 'data_ingest']),
    ...(['pprisk002', 'risk-engine'] as const).map((name) => [name, 'risk_analytics']),
    ...(['router1', 'webcam', 'x-dbase', '10.0.0.1:9100'] as const).map((name) => [
      name,
      name === 'webcam' ? 'web_api' : 'generic',
    ]),
  ])('%s is %s by its name', (name, profile) => {
    expect(profileOf(name!)).toBe(profile);
  });

  const rules: readonly ProfileRule[] = [
    { match: /^pay/, profile: 'risk_analytics' },
    { label: 'team', match: /^data/, profile: 'data_ingest' },
  ];

  it('is told by a rule first, then by a label, by records, by the name, by behaviour, and else is generic', () => {
    const labels = { team: 'data-platform', role: 'postgresql' };
    const evidence = { rules, labels, profileLabels: ['role'], said: 'ml_compute', learned: 'web_api' } as const;
    const { rules: _, ...withoutRules } = evidence;
    expect(decideProfile('pay-db1', evidence)).toEqual({ profile: 'risk_analytics', origin: 'rule' });
    expect(decideProfile('web1', evidence)).toEqual({ profile: 'data_ingest', origin: 'rule' });
    expect(decideProfile('web1', withoutRules)).toEqual({ profile: 'database', origin: 'label' });
    expect(decideProfile('web1', { said: 'ml_compute' })).toEqual({ profile: 'ml_compute', origin: 'record' });
    expect(decideProfile('web1', { learned: 'database' })).toEqual({ profile: 'web_api', origin: 'name' });
    expect(decideProfile('h1', { learned: 'database' })).toEqual({ profile: 'database', origin: 'behaviour' });
    expect(decideProfile('h1', { labels, profileLabels: ['team'] })).toEqual({ profile: 'generic', origin: 'none' });
  });

  it('is told by a rule about a label only where there is such a label, whatever the rule matches', () => {
    const anything = [{ label: 'team', match: /.*/, profile: 'ml_compute' }] as const;
    expect(decideProfile('h1', { rules: anything })).toMatchObject({ origin: 'none' });
    expect(decideProfile('h1', { rules: anything, labels: { team: 'x' } })).toMatchObject({ origin: 'rule' });
  });

  it.each([
    ['web_api', 'web_api'],
    ['Web API', 'web_api'],
    ['ETL/Ingest', 'data_ingest'],
    ['ml-compute', 'ml_compute'],
    ['kafka', 'data_ingest'],
    ['shop-db', 'database'],
    ['generic', 'generic'],
  ])('is named by the value "%s" of a label: %s', (role, profile) => {
    expect(decideProfile('h1', { labels: { role }, profileLabels: ['role'] })).toEqual({ profile, origin: 'label' });
  });

  it('is one that there is, whatever name and label say', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (server, role) => {
        const { profile, origin } = decideProfile(server, { labels: { role }, profileLabels: ['role'], rules });
        expect(PROFILES).toContain(profile);
        expect(origin === 'none').toBe(profile === 'generic' && role.trim().toLowerCase() !== 'generic');
      }),
    );
  });
});

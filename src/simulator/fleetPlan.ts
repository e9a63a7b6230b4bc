/** Who is in the fleet: names, profiles, and who depends on whom. */
import type { Profile } from '../core/profiles.js';

export interface Member {
  readonly name: string;
  readonly profile: Profile;
  /** Servers that can drag each other down through a database share this number. */
  readonly service: number;
  /** Virtual machines on the same hypervisor share this number. */
  readonly host: number;
}

const PREFIXES: Readonly<Record<Profile, string>> = {
  database: 'ppdb',
  web_api: 'ppweb',
  ml_compute: 'ppml',
  conductor_mgmt: 'ppcon',
  data_ingest: 'ppetl',
  risk_analytics: 'pprisk',
  generic: 'ppgen',
};

/** Twenty servers, of which the first seven have the seven profiles; larger fleets repeat it, so that they contain the smaller ones. */
const PATTERN: readonly Profile[] = [
  'database',
  'web_api',
  'ml_compute',
  'conductor_mgmt',
  'data_ingest',
  'risk_analytics',
  'generic',
  'web_api',
  'database',
  'web_api',
  'data_ingest',
  'web_api',
  'database',
  'ml_compute',
  'web_api',
  'risk_analytics',
  'database',
  'data_ingest',
  'conductor_mgmt',
  'generic',
];
const DATABASES_PER_PATTERN = PATTERN.filter((profile) => profile === 'database').length;
const HOSTS_PER_PATTERN = 5;

/** Lists the members of a fleet of this size. */
export function planFleet(serverCount: number): Member[] {
  const counts = new Map<Profile, number>();
  return Array.from({ length: serverCount }, (_, index) => {
    const profile = PATTERN[index % PATTERN.length]!;
    const number = (counts.get(profile) ?? 0) + 1;
    counts.set(profile, number);
    const block = Math.floor(index / PATTERN.length);
    return {
      name: `${PREFIXES[profile]}${String(number).padStart(3, '0')}`,
      profile,
      service: block * DATABASES_PER_PATTERN + ((number - 1) % DATABASES_PER_PATTERN),
      host: block * HOSTS_PER_PATTERN + (index % HOSTS_PER_PATTERN),
    };
  });
}

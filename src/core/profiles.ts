/** Server profiles: what a server is for, which decides what is healthy for it. */

export const PROFILES = [
  'database',
  'web_api',
  'ml_compute',
  'conductor_mgmt',
  'data_ingest',
  'risk_analytics',
  'generic',
] as const;

export type Profile = (typeof PROFILES)[number];

/** The names that the older dashboards show. */
export const PROFILE_DISPLAY_NAMES: Readonly<Record<Profile, string>> = {
  database: 'Database',
  web_api: 'Web API',
  ml_compute: 'ML Compute',
  conductor_mgmt: 'Conductor Mgmt',
  data_ingest: 'ETL/Ingest',
  risk_analytics: 'Risk Analytics',
  generic: 'Generic',
};

export interface ProfileRule {
  /** Tested against the server name. */
  readonly match: RegExp;
  readonly profile: Profile;
}

/** Name prefixes of the fleets that the older daemons were fed with; the last resort is `generic`. */
export const BUILT_IN_PROFILE_RULES: readonly ProfileRule[] = [
  { match: /^(ppdb|db|mysql|postgres|pg|oracle|mongo|redis)/i, profile: 'database' },
  { match: /^(ppweb|web|api|nginx|www)/i, profile: 'web_api' },
  { match: /^(ppml|ml|gpu|train)/i, profile: 'ml_compute' },
  { match: /^(ppcon|conductor|mgmt|admin)/i, profile: 'conductor_mgmt' },
  { match: /^(ppetl|etl|ingest|kafka|spark)/i, profile: 'data_ingest' },
  { match: /^(pprisk|risk)/i, profile: 'risk_analytics' },
];

/**
 * The profile of a server: the first of `rules` that matches, then what the server's samples say, then the built-in list, else
 * `generic`.
 */
export function profileOf(server: string, rules: readonly ProfileRule[] = [], said?: Profile): Profile {
  const matches = ({ match }: ProfileRule) => match.test(server);
  return rules.find(matches)?.profile ?? said ?? BUILT_IN_PROFILE_RULES.find(matches)?.profile ?? 'generic';
}

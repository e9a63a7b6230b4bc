/** Server profiles: what a server is for, which decides what is healthy for it. */
import type { ServerLabels } from './serverLabels.js';

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

/** Where a server's profile comes from, the strongest first. */
export const PROFILE_ORIGINS = ['rule', 'label', 'record', 'name', 'behaviour', 'none'] as const;
export type ProfileOrigin = (typeof PROFILE_ORIGINS)[number];

/** What told it, in a few words. */
export const PROFILE_ORIGIN_WORDS: Readonly<Record<ProfileOrigin, string>> = {
  rule: 'by a rule of the configuration',
  label: 'by a label',
  record: 'by its records',
  name: 'by its name',
  behaviour: 'by its behaviour',
  none: 'nothing tells its profile',
};

export interface ProfileRule {
  /** Tested against the server's name, or against its label. */
  readonly match: RegExp;
  /** Undefined: the name is tested. */
  readonly label?: string | undefined;
  readonly profile: Profile;
}

export interface ProfileDecision {
  readonly profile: Profile;
  readonly origin: ProfileOrigin;
}

/** What may tell a server's profile besides its name. */
export interface ProfileEvidence {
  readonly rules?: readonly ProfileRule[];
  /** Labels of the scraped series. */
  readonly labels?: ServerLabels | undefined;
  /** Labels whose value names a profile, the preferred one first. */
  readonly profileLabels?: readonly string[];
  /** What whoever sends its samples says. */
  readonly said?: Profile | undefined;
  /** What its behaviour is near to. */
  readonly learned?: Profile | undefined;
}

/** Words that tell a profile: a name begins with one, or has one between dots, dashes and underscores, digits behind it allowed. */
const PROFILE_WORDS: readonly (readonly [Profile, string])[] = [
  ['database', 'ppdb|db|mysql|mariadb|postgres|pg|oracle|mongo|redis'],
  ['web_api', 'ppweb|ppapi|web|api|nginx|www'],
  ['ml_compute', 'ppml|ml|gpu|train'],
  ['conductor_mgmt', 'ppcon|conductor|mgmt|admin'],
  ['data_ingest', 'ppetl|etl|ingest|kafka|spark'],
  ['risk_analytics', 'pprisk|risk'],
];
export const BUILT_IN_PROFILE_RULES: readonly ProfileRule[] = [
  ...PROFILE_WORDS.map(([profile, words]) => ({ profile, match: new RegExp(`^(${words})`, 'i') })),
  ...PROFILE_WORDS.map(([profile, words]) => ({ profile, match: new RegExp(`[._-](${words})[0-9]*([._-]|$)`, 'i') })),
];

/**
 * The profile of a server and where it comes from: the first rule that matches, then a label that names a profile, then what
 * its records say, then its name, then its behaviour, else `generic`.
 */
export function decideProfile(server: string, evidence: ProfileEvidence): ProfileDecision {
  const { rules = [], labels = {}, profileLabels = [], said, learned } = evidence;
  const rule = rules.find(({ match, label }) => {
    const tested = label === undefined ? server : labels[label];
    return tested !== undefined && match.test(tested);
  });
  if (rule !== undefined) return { profile: rule.profile, origin: 'rule' };
  for (const label of profileLabels) {
    const profile = profileNamed(labels[label] ?? '');
    if (profile !== undefined) return { profile, origin: 'label' };
  }
  if (said !== undefined) return { profile: said, origin: 'record' };
  const named = builtInProfile(server);
  if (named !== undefined) return { profile: named, origin: 'name' };
  return learned === undefined ? { profile: 'generic', origin: 'none' } : { profile: learned, origin: 'behaviour' };
}

/** The profile of a server of which only the name is known; rules about labels do not apply. */
export function profileOf(server: string, rules: readonly ProfileRule[] = []): Profile {
  return decideProfile(server, { rules }).profile;
}

/** The profile that a text names: by its key, by its name on dashboards, or by a word such as `db` or `kafka-broker`. */
function profileNamed(text: string): Profile | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return undefined;
  const isNamed = (profile: Profile) =>
    wanted === profile ||
    wanted === PROFILE_DISPLAY_NAMES[profile].toLowerCase() ||
    wanted === profile.replaceAll('_', '-');
  return PROFILES.find(isNamed) ?? builtInProfile(wanted);
}

function builtInProfile(name: string): Profile | undefined {
  return BUILT_IN_PROFILE_RULES.find(({ match }) => match.test(name))?.profile;
}

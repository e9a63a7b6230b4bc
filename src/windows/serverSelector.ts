/** Which servers something applies to, as written in `linborg.yml`. */
import { z } from 'zod';
import { PROFILES, type Profile } from '../core/profiles.js';

export interface ServerSelector {
  /** As written. */
  readonly written: string;
  matches(server: string, profile: Profile): boolean;
}

const PREFIX = 'profile:';

/** A regular expression over server names that must match all of a name, as in Prometheus, or `profile:` with a profile. */
export const serverSelector = z
  .string({ error: 'expected a regular expression over server names, or profile:NAME' })
  .transform((written, context): ServerSelector => {
    const fault = (expected: string) => {
      context.addIssue({ code: 'custom', message: `is ${JSON.stringify(written)}; expected ${expected}` });
      return z.NEVER;
    };
    if (written.startsWith(PREFIX)) {
      const wanted = PROFILES.find((profile) => profile === written.slice(PREFIX.length));
      if (wanted === undefined) return fault(`profile: with one of ${PROFILES.join(', ')}`);
      return { written, matches: (_, profile) => profile === wanted };
    }
    try {
      const pattern = new RegExp(`^(?:${written})$`);
      return { written, matches: (server) => pattern.test(server) };
    } catch (cause) {
      return fault(`a regular expression over server names (${(cause as Error).message})`);
    }
  });

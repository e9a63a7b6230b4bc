/** Which queries fail, said in the log once per change. */
import type { Logger } from 'pino';
import { isAboutQuery } from '../../sources/answer.js';
import type { PullSummary } from '../../sources/source.js';

export class QueryFailures {
  readonly #log: Logger;
  /** `source metric alternative` of the queries that failed when they were asked last. */
  readonly #failing = new Set<string>();
  /** Sources that warned in their last pull. */
  readonly #warning = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Says a query's failure once, and once that it works again; likewise what the source itself warns of. */
  report({ source, failures, warnings, outage }: PullSummary): void {
    this.#reportWarnings(
      source,
      warnings.filter((warning) => !isAboutQuery(warning)),
    );
    const now = new Map(failures.map((failure) => [`${source} ${failure.metric} ${failure.alternative}`, failure]));
    for (const [key, { metric, alternative, error }] of now) {
      if (this.#failing.has(key)) continue;
      this.#failing.add(key);
      this.#log.warn({ source, metric, alternative, reason: error.message }, 'a query failed');
    }
    // What was not asked may fail as before.
    if (outage) return;
    for (const key of this.#failing) {
      if (now.has(key) || !key.startsWith(`${source} `)) continue;
      this.#failing.delete(key);
      this.#log.info({ query: key }, 'a query works again');
    }
  }

  #reportWarnings(source: string, warnings: readonly string[]): void {
    const warned = this.#warning.has(source);
    if (warnings.length > 0 && !warned) {
      this.#warning.add(source);
      this.#log.warn({ source, warnings }, 'a source warns; something may be missing in its answers');
    } else if (warnings.length === 0 && warned) {
      this.#warning.delete(source);
      this.#log.info({ source }, 'a source no longer warns');
    }
  }
}

/** When to find out anew which alternative serves which server. */
import { Choice } from './choice.js';
import { bucketAt, STEP_SECONDS } from './grid.js';
import { type Prober, probe } from './probe.js';
import type { Pull } from './pull.js';

const PROBE_EVERY_SECONDS = 3600;
/** A new server, or one that lost a metric, has the alternatives probed again, but not more often than this. */
const PROBE_AT_MOST_EVERY_SECONDS = 300;
const PROBE_LOOKBACK_SECONDS = 3600;

export class Probing {
  readonly choice = new Choice();
  readonly #prober: Prober;
  readonly #forgetAfterSeconds: number;
  /** Epoch seconds. */
  #probedAt = Number.NEGATIVE_INFINITY;
  #isWanted = false;

  /** @param forgetAfterSeconds  how long a vanished server is remembered */
  constructor(prober: Prober, forgetAfterSeconds: number) {
    this.#prober = prober;
    this.#forgetAfterSeconds = forgetAfterSeconds;
  }

  /**
   * Probes where it is time to, and says what failed in the account of the pull.
   * @param since       epoch seconds up to which samples were read
   * @param maxSeconds  looks back no further
   */
  async probeIfDue(pull: Pull, since: number, maxSeconds: number): Promise<void> {
    const age = pull.at - this.#probedAt;
    // A negative age: the source's clock was set back.
    if (age >= 0 && age < this.#secondsBetween()) return;
    const gap = Number.isFinite(this.#probedAt) ? age : pull.at - since;
    const lookback = Math.min(Math.max(PROBE_LOOKBACK_SECONDS, gap), maxSeconds);
    const findings = await probe(this.#prober, pull.at, Math.ceil(lookback / STEP_SECONDS) * STEP_SECONDS);
    this.choice.adopt(findings, pull.at);
    this.choice.forget(pull.at - this.#forgetAfterSeconds);
    for (const { query, error } of findings.failures)
      pull.failed({ query, from: bucketAt(since), to: bucketAt(pull.at) }, error);
    this.#probedAt = pull.at;
    this.#isWanted = findings.failures.length > 0;
  }

  /** Has the next pull probe, if the last probe was not just now. */
  want(): void {
    this.#isWanted = true;
  }

  /** Wants a probe where a server that answered in this pull was silent for a metric that it used to have. */
  wantIfLost(pull: Pull): void {
    const hasLost = this.#prober.queries.some(([query]) => {
      if (query === undefined || pull.hasFailed(query.metric)) return false;
      const had = (server: string) => this.choice.winner(query.metric, server) !== undefined;
      return [...pull.servers].some((server) => !pull.hasSeen(query.metric, server) && had(server));
    });
    if (hasLost) this.want();
  }

  /** Without a server there is nothing to ask for but whether there is one now. */
  #secondsBetween(): number {
    if (this.choice.isEmpty) return 0;
    return this.#isWanted ? PROBE_AT_MOST_EVERY_SECONDS : PROBE_EVERY_SECONDS;
  }
}

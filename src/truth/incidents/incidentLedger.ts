/** The ledger of promised breaches: what was promised, what came, and what that says of the next promises. */
import { type Frame, RISK_HORIZONS } from '../../core/flow.js';
import { mergeSpans, type TimeSpan } from '../../core/timeSpan.js';
import type { IncidentTruth } from '../../core/truth.js';
import { type BreachClaim, dueBucket, outcomeOf } from './claim.js';
import type { ClaimSubject } from './judgedClaim.js';
import { ProbabilityBook, type RecordedPage } from './probabilityBook.js';
import { Recalibration } from './recalibration.js';

/**
 * Breaches are rare: evidence has to last longer than that about forecasts. In half-lives of live accuracy, which is a day: how true probabilities
 * were is told over two weeks; what moves them fades in one, since what a fleet does changes.
 */
const HALF_LIVES = { told: 14, learnt: 7 };

export interface IncidentLedgerSettings {
  /** Steps between two claims about a threshold. */
  readonly everySteps: number;
  /** Of live accuracy. */
  readonly halfLifeBuckets: number;
  /** Thresholds of servers at most; further ones are served like the others and not judged. */
  readonly maxThresholds: number;
}

/** A span of a server, or of all (`*`), in which something was done about it. */
export interface ActedUpon extends TimeSpan {
  readonly server: string;
}

const ALL_SERVERS = '*';

interface PendingClaim {
  readonly claim: BreachClaim;
  readonly wasServed: boolean;
  /** The first horizon that is not judged yet. */
  horizon: number;
}

interface ServerClaims {
  nextDue: number;
  /** By metric, oldest first: at most as many as there are claims within the longest horizon. */
  readonly byMetric: Map<string, PendingClaim[]>;
}

/** One cycle: `noteActions`, `resolve` every frame, `settle`, serve what `apply` says, `record`. Order within changes nothing. */
export class IncidentLedger {
  readonly #settings: IncidentLedgerSettings;
  readonly #servers = new Map<string, ServerClaims>();
  readonly #recalibration: Recalibration;
  readonly #book: ProbabilityBook;
  #actedUpon = new Map<string, readonly TimeSpan[]>();
  #thresholds = 0;
  #mitigated = 0;
  #hindcasts = 0;

  constructor(settings: IncidentLedgerSettings) {
    this.#settings = settings;
    this.#recalibration = new Recalibration(HALF_LIVES.learnt * settings.halfLifeBuckets);
    this.#book = new ProbabilityBook(HALF_LIVES.told * settings.halfLifeBuckets);
  }

  /** Takes the place of what was known of actions: nothing that came due in such a span tells whether a promise was true. */
  noteActions(spans: readonly ActedUpon[]): void {
    const servers = new Set(spans.map(({ server }) => server));
    const isAbout = (span: ActedUpon, server: string) => span.server === server || span.server === ALL_SERVERS;
    this.#actedUpon = new Map(
      [...servers].map((server) => [server, mergeSpans(spans.filter((span) => isAbout(span, server)))]),
    );
  }

  /** What to serve for the probabilities of a threshold. @param raw  [RISK_HORIZONS] ascending */
  apply(subject: ClaimSubject, raw: Float32Array): Float32Array {
    return this.#recalibration.apply(subject, raw);
  }

  /** Puts what was promised of a server's thresholds into the ledger. @param wasServed  false for a hindcast */
  record(server: string, claims: readonly BreachClaim[], wasServed: boolean): void {
    for (const claim of claims) {
      const known = this.#claimsOf(server);
      let pending = known.byMetric.get(claim.metric);
      if (pending === undefined) {
        if (this.#thresholds >= this.#settings.maxThresholds) return;
        this.#thresholds++;
        pending = [];
        known.byMetric.set(claim.metric, pending);
      }
      if (pending.length > 0 && pending.at(-1)!.claim.origin >= claim.origin) continue;
      pending.push({ claim, wasServed, horizon: 0 });
      known.nextDue = Math.min(known.nextDue, dueBucket(claim, 0));
    }
  }

  /** Judges what has come due. @param before  only buckets before this one are complete */
  resolve(frame: Frame, before: number): void {
    const known = this.#servers.get(frame.server);
    if (known === undefined || known.nextDue >= before) return;
    known.nextDue = Number.POSITIVE_INFINITY;
    for (const [metric, pending] of known.byMetric) {
      const open = pending.filter((entry) => this.#judgeUpTo(entry, frame, before));
      known.byMetric.set(metric, open);
      for (const { claim, horizon } of open) known.nextDue = Math.min(known.nextDue, dueBucket(claim, horizon));
    }
  }

  /** Lets what was told of served probabilities before a restart count on; it says nothing of single thresholds and teaches nothing. */
  recall(recorded: readonly RecordedPage[]): void {
    for (const page of recorded) this.#book.recall(page);
  }

  /** Lets what came due take effect. */
  settle(): void {
    this.#recalibration.settle();
  }

  report(): IncidentTruth {
    let pending = 0;
    for (const { byMetric } of this.#servers.values()) for (const claims of byMetric.values()) pending += claims.length;
    return {
      pending,
      mitigated: this.#mitigated,
      hindcasts: this.#hindcasts,
      probabilities: this.#book.report(),
    };
  }

  /** Drops a server that has vanished; what its breaches taught stays. */
  forget(server: string): void {
    this.#thresholds -= this.#servers.get(server)?.byMetric.size ?? 0;
    this.#servers.delete(server);
    this.#recalibration.forget(server);
  }

  /** @returns whether any horizon is still open */
  #judgeUpTo(entry: PendingClaim, frame: Frame, before: number): boolean {
    while (entry.horizon < RISK_HORIZONS.length && dueBucket(entry.claim, entry.horizon) < before) {
      this.#judge(entry, frame);
      entry.horizon++;
    }
    return entry.horizon < RISK_HORIZONS.length;
  }

  #judge({ claim, horizon, wasServed }: PendingClaim, frame: Frame): void {
    const actedUpon = this.#actedUpon.get(frame.server) ?? this.#actedUpon.get(ALL_SERVERS) ?? [];
    const outcome = outcomeOf(frame, claim, horizon, actedUpon);
    if (outcome === 'mitigated') this.#mitigated++;
    if (outcome === 'mitigated' || outcome === 'unknown') return;
    const came = outcome === 'came';
    const bucket = dueBucket(claim, horizon);
    if (wasServed) this.#book.add(horizon, bucket, claim.served[horizon]!, came);
    else this.#hindcasts++;
    this.#recalibration.add({
      server: frame.server,
      metric: claim.metric,
      profile: frame.profile,
      ...{ horizon, bucket, came },
      probability: claim.raw[horizon]!,
      // Claims an hour apart share seven of their eight hours, and with them what came.
      weight: Math.min(1, this.#settings.everySteps / RISK_HORIZONS[horizon]!.steps),
    });
  }

  #claimsOf(server: string): ServerClaims {
    let known = this.#servers.get(server);
    if (known === undefined) {
      known = { nextDue: Number.POSITIVE_INFINITY, byMetric: new Map() };
      this.#servers.set(server, known);
    }
    return known;
  }
}

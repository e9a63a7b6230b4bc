/** The lines of one level: of all metrics, of a metric, of a metric in a profile. */
import { RISK_HORIZONS } from '../../core/flow.js';
import { evidencePerHorizon, type HorizonEvidence } from './horizonEvidence.js';
import type { JudgedClaim } from './judgedClaim.js';
import { alongLine, fitLine, IDENTITY, type Looseness, type OddsLine } from './oddsLine.js';

/**
 * Independent breaches that the lines have to have learnt from for a case to count half for what comes after them: what the first lines are
 * off by, the lines themselves are about to learn.
 */
const TRUSTED_BREACHES = 4;

/** Evidence on one level, and the lines that follow from it. */
export class LineLevel {
  readonly #above: LineLevel | undefined;
  readonly #looseness: Looseness;
  readonly #evidence: readonly HorizonEvidence[];
  #lines: readonly OddsLine[];
  /** Independent breaches behind each of the lines. */
  #breaches: readonly number[] = RISK_HORIZONS.map(() => 0);
  #isStale = false;

  /** @param above  what holds where this level has no evidence */
  constructor(halfLifeBuckets: number, looseness: Looseness, above?: LineLevel) {
    this.#above = above;
    this.#looseness = looseness;
    this.#evidence = evidencePerHorizon(halfLifeBuckets);
    this.#lines = above?.lines ?? RISK_HORIZONS.map(() => IDENTITY);
  }

  /** One per horizon. */
  get lines(): readonly OddsLine[] {
    return this.#lines;
  }

  /** The part of a line that is learnt, 0–1. */
  learnt(horizon: number): number {
    return this.#breaches[horizon]! / (this.#breaches[horizon]! + TRUSTED_BREACHES);
  }

  casesPerIndependent(horizon: number): number {
    return this.#evidence[horizon]!.casesPerIndependent;
  }

  add(verdict: JudgedClaim): void {
    const { horizon, probability } = verdict;
    this.#above?.add(verdict);
    this.#evidence[horizon]!.add(verdict, alongLine(this.#lines[horizon]!, probability));
    this.#isStale = true;
  }

  /** Draws the lines anew, where this level or the one above has learnt something. @returns whether it did */
  settle(isAboveChanged: boolean): boolean {
    const isChanged = this.#isStale || isAboveChanged;
    if (isChanged) {
      const held = this.#above?.lines;
      const cells = this.#evidence.map((evidence) => evidence.cells());
      this.#lines = cells.map((own, h) => fitLine(own, held?.[h] ?? IDENTITY, this.#looseness));
      this.#breaches = cells.map((own) => own.reduce((sum, { came }) => sum + came, 0));
    }
    this.#isStale = false;
    return isChanged;
  }
}

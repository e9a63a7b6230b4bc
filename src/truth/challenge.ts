/**
 * Is the challenger better than the champion? Both are judged on the same samples, and their losses are compared in blocks of
 * time: a shock that hits many servers, or one server for hours, counts once and not a thousand times.
 */
import { studentQuantile } from './studentQuantile.js';

/** As long as a forecast: what two samples in blocks that are not neighbours have in common is little. */
export const BLOCK_SECONDS = 8 * 3600;

/** The losses of one block of time, by the due time of the samples. */
export interface BlockLoss {
  /** Epoch seconds of its start, divided by BLOCK_SECONDS. */
  readonly block: number;
  /** Sums over the samples that both were judged on. */
  readonly champion: number;
  readonly challenger: number;
  readonly pairs: number;
}

export interface ChallengeRules {
  /** No verdict before so much time is covered, and then one look in each such time. */
  readonly lookSeconds: number;
  /** After so much time, whoever is not better has lost. */
  readonly longestSeconds: number;
  /** The relative gain that a change of models must bring in the mean, e.g. 0.01. */
  readonly minimumGain: number;
}

/** What the comparison came to. `gain` is 1 − loss of the challenger / loss of the champion; the bounds hold at the look's level. */
export interface Verdict {
  /** `better` and `worse`: significantly; `out of time`: neither, and the time is over. */
  readonly kind: 'undecided' | 'better' | 'worse' | 'out of time';
  readonly gain: number;
  readonly lower: number;
  readonly upper: number;
  readonly blocks: number;
  readonly pairs: number;
}

/** What a restart needs to go on. */
export interface ChallengeEvidence {
  readonly startedAt: number;
  readonly looks: number;
  /** Epoch seconds of the last look; absent before the first. */
  readonly lookedAt?: number | undefined;
  readonly blocks: readonly BlockLoss[];
}

/**
 * The chance of ever taking a challenger for better that is none, over all looks together. Look k may spend ALPHA / (k (k + 1)):
 * the sum over all k is ALPHA. Half of the 5 % that one would accept, since losses of a fleet are never as independent and
 * normal as the test takes them for (measured on simulated fleets: 2.3 % in all).
 */
const ALPHA = 0.025;
/** Two blocks tell no spread. */
const FEWEST_BLOCKS = 3;
/** Two servers with five metrics for a day. */
const FEWEST_PAIRS = 240;
/** One series that has gone mad must not outvote a fleet: the loss of a forecast counts as this much at most. */
const LARGEST_LOSS = 20;

/** Adds up evidence and looks at it now and then. */
export class Challenge {
  readonly #rules: ChallengeRules;
  readonly #startedAt: number;
  #looks: number;
  #lookedAt: number;
  readonly #blocks: Map<number, BlockLoss>;

  /** @param evidence  what is known so far; a new comparison has its start alone */
  constructor(rules: ChallengeRules, evidence: ChallengeEvidence) {
    this.#rules = rules;
    this.#startedAt = evidence.startedAt;
    this.#looks = evidence.looks;
    // Evidence of before this was kept has had a look in every stretch.
    this.#lookedAt = evidence.lookedAt ?? evidence.startedAt + evidence.looks * rules.lookSeconds;
    this.#blocks = new Map(evidence.blocks.map((loss) => [loss.block, loss]));
  }

  get evidence(): ChallengeEvidence {
    const lookedAt = this.#looks > 0 ? { lookedAt: this.#lookedAt } : {};
    return { startedAt: this.#startedAt, looks: this.#looks, ...lookedAt, blocks: [...this.#blocks.values()] };
  }

  /**
   * Takes in the losses of both on one sample.
   * @param dueAt  epoch seconds of the sample
   * @param champion, challenger  scaled losses ≥ 0, comparable between series; pairs that are not finite are left out
   */
  add(dueAt: number, champion: number, challenger: number): void {
    if (!Number.isFinite(champion) || !Number.isFinite(challenger)) return;
    const block = Math.floor(dueAt / BLOCK_SECONDS);
    const sum = this.#blocks.get(block) ?? { block, champion: 0, challenger: 0, pairs: 0 };
    this.#blocks.set(block, {
      block,
      champion: sum.champion + Math.min(champion, LARGEST_LOSS),
      challenger: sum.challenger + Math.min(challenger, LARGEST_LOSS),
      pairs: sum.pairs + 1,
    });
  }

  /**
   * Judges at epoch second `at`; between two looks nothing is decided, however it stands. Stretches that brought too little evidence, or
   * that nobody was there for, are not made up for: looks at the same evidence would only make each other stricter.
   */
  verdict(at: number): Verdict {
    const { lookSeconds, longestSeconds, minimumGain } = this.#rules;
    const stretchOf = (moment: number) => Math.floor((moment - this.#startedAt) / lookSeconds);
    const isLook = stretchOf(at) > stretchOf(this.#lookedAt);
    const tail = ALPHA / ((this.#looks + 1) * (this.#looks + 2));
    const compared = compareLosses([...this.#blocks.values()], tail);
    const isKnown = compared.blocks >= FEWEST_BLOCKS && compared.pairs >= FEWEST_PAIRS;
    const isOver = at - this.#startedAt >= longestSeconds;
    if (isLook && isKnown) {
      this.#looks++;
      this.#lookedAt = at;
      if (compared.lower > 0 && compared.gain >= minimumGain) return { kind: 'better', ...compared };
      if (compared.upper < 0) return { kind: 'worse', ...compared };
    }
    return { kind: isOver ? 'out of time' : 'undecided', ...compared };
  }
}

/**
 * The relative gain with its bounds, each exceeded by chance with probability `tail`: the test of Diebold and Mariano (1995)
 * on the blocks' loss differences, with the small-sample correction and the t distribution of Harvey, Leybourne and Newbold
 * (1997) for neighbours that overlap. The servers are the fleet itself and no sample of it; only time is one.
 */
export function compareLosses(blocks: readonly BlockLoss[], tail: number): Omit<Verdict, 'kind'> {
  const ordered = [...blocks].sort((a, b) => a.block - b.block);
  const n = ordered.length;
  const champion = ordered.reduce((sum, loss) => sum + loss.champion, 0);
  const challenger = ordered.reduce((sum, loss) => sum + loss.challenger, 0);
  const pairs = ordered.reduce((sum, loss) => sum + loss.pairs, 0);
  const gain = champion > 0 ? 1 - challenger / champion : 0;
  if (n < 2 || champion === 0) return { gain, lower: -Infinity, upper: Infinity, blocks: n, pairs };
  // What a block's gain differs from that of all: the linearised ratio, so that blocks may hold more or less.
  const rest = ordered.map((loss) => (1 - gain) * loss.champion - loss.challenger);
  const variance = rest.reduce((sum, value) => sum + value * value, 0);
  // Over all blocks, not per pair of neighbours, so that gaps do not count; below 0 it would only narrow the bounds.
  const neighbours = rest.reduce((sum, value, i) => {
    const isNeighbour = i > 0 && ordered[i]!.block - ordered[i - 1]!.block === 1;
    return isNeighbour ? sum + value * rest[i - 1]! : sum;
  }, 0);
  const overlap = 2;
  const correction = (n + 1 - 2 * overlap + (overlap * (overlap - 1)) / n) / n;
  const error = Math.sqrt((variance + 2 * Math.max(0, neighbours)) / correction) / champion;
  const reach = studentQuantile(tail, n - 1) * error;
  return { gain, lower: gain - reach, upper: gain + reach, blocks: n, pairs };
}

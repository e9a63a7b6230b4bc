/** Whether served probabilities meant what they said: Brier score and reliability, over a trailing window. */
import { RISK_HORIZONS } from '../../core/flow.js';
import type { ProbabilityAccuracy, ProbabilityBin } from '../../core/truth.js';
import { FadingSums } from '../fadingSums.js';

const BINS = 10;

/** Fewer cases than this are an anecdote: of a tenth of the probabilities, and of all. */
const LEAST_OF_BIN = 20;
const LEAST_CASES = 100;
/** The share that came is too uncertain as a yardstick with fewer breaches. */
const LEAST_BREACHES = 5;

/** Per tenth: cases, sum of the probabilities, breaches; after all tenths: sum of the squared differences. */
const PLACES = 3;
const SQUARES = BINS * PLACES;

/** What was known of one horizon when it was recorded; enough to go on from there. */
export interface RecordedPage {
  /** Index in RISK_HORIZONS. */
  readonly horizon: number;
  /** The bucket in which it was recorded. */
  readonly bucket: number;
  readonly brier: number;
  /** Tenths that were told. */
  readonly tenths: readonly RecordedTenth[];
}

export interface RecordedTenth extends Pick<ProbabilityBin, 'cases' | 'breaches' | 'promised'> {
  /** 0 to 9. */
  readonly bin: number;
}

interface Page {
  cases: number;
  breaches: number;
  readonly sums: FadingSums;
}

export class ProbabilityBook {
  readonly #pages: readonly Page[];

  constructor(halfLifeBuckets: number) {
    this.#pages = RISK_HORIZONS.map(() => ({
      cases: 0,
      breaches: 0,
      sums: new FadingSums(SQUARES + 1, halfLifeBuckets),
    }));
  }

  /** @param bucket  by which it was known whether a breach came */
  add(horizon: number, bucket: number, probability: number, came: boolean): void {
    const page = this.#pages[horizon]!;
    const weight = page.sums.weightAt(bucket);
    const at = PLACES * Math.min(BINS - 1, Math.floor(probability * BINS));
    page.cases++;
    page.sums.add(at, weight);
    page.sums.add(at + 1, weight * probability);
    page.sums.add(SQUARES, weight * (probability - Number(came)) ** 2);
    if (!came) return;
    page.breaches++;
    page.sums.add(at + 2, weight);
  }

  /** Goes on from what was recorded; what tenths with few cases had is lost. */
  recall({ horizon, bucket, brier, tenths }: RecordedPage): void {
    const page = this.#pages[horizon]!;
    const weight = page.sums.weightAt(bucket);
    for (const { bin, cases, breaches, promised } of tenths) {
      page.sums.add(bin * PLACES, weight * cases);
      page.sums.add(bin * PLACES + 1, weight * cases * promised);
      page.sums.add(bin * PLACES + 2, weight * breaches);
      page.sums.add(SQUARES, weight * cases * brier);
      page.cases += Math.round(cases);
      page.breaches += Math.round(breaches);
    }
  }

  /** One entry per horizon that anything came due for; a figure is NaN until enough cases bear it. */
  report(): ProbabilityAccuracy[] {
    return RISK_HORIZONS.flatMap(({ name }, h) => {
      const page = this.#pages[h]!;
      return page.cases === 0 ? [] : [{ horizon: name, ...summarize(page) }];
    });
  }
}

function summarize({ cases, breaches, sums }: Page): Omit<ProbabilityAccuracy, 'horizon'> {
  const tenths = Array.from({ length: BINS }, (_, bin) => tenthOf(sums, bin));
  const weight = sum(tenths, (tenth) => tenth.cases);
  const rate = sum(tenths, (tenth) => tenth.breaches) / weight;
  const isKnown = cases >= LEAST_CASES;
  const brier = isKnown ? sums.get(SQUARES) / weight : Number.NaN;
  return {
    ...{ cases, breaches, brier },
    skill: breaches >= LEAST_BREACHES ? 1 - brier / (rate * (1 - rate)) : Number.NaN,
    bins: tenths.filter((tenth) => tenth.cases >= LEAST_OF_BIN),
  };
}

function tenthOf(sums: FadingSums, bin: number): ProbabilityBin {
  const at = bin * PLACES;
  const [cases, promised, breaches] = [sums.get(at), sums.get(at + 1), sums.get(at + 2)];
  return {
    ...{ from: bin / BINS, to: (bin + 1) / BINS, cases, breaches },
    promised: promised / cases,
    observed: breaches / cases,
  };
}

function sum(tenths: readonly ProbabilityBin[], pick: (tenth: ProbabilityBin) => number): number {
  return tenths.reduce((total, tenth) => total + pick(tenth), 0);
}

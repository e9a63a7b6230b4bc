/**
 * How much wider or narrower than the model says an interval must be. Each side of each horizon bin has a factor on
 * the half-width, followed by online quantile tracking of the score s = (distance of the actual beyond p50) / half-width:
 *
 *   ln f ← ln f + γ·(1[s > f] − 0.1) − κ·(ln f − ln f_pool)
 *
 * This is adaptive conformal inference (Gibbs & Candès 2021, *Adaptive conformal inference under distribution shift*) on the quantile
 * itself (Angelopoulos, Candès & Tibshirani 2023, *Conformal PID control*, the P part), in the logarithm, so that units do not
 * matter: whatever the data do, a share of 0.1 is missed on each side in the long run, as far as the factor's limits and the
 * leak allow. γ starts at 0.36 and falls to 0.03 over 144 verdicts (two to three days). A series without verdicts has the factor
 * of its pool (metric and profile, else metric), and the leak κ = 0.001 keeps it from straying far from it without cause.
 */
import { BINS } from './horizonBins.js';

/** Share that each of p10 and p90 shall leave outside. */
const MISSED = 0.1;
const GAIN = 0.03;
const EARLY_GAIN = 12;
const LEAK = 0.001;
/** Beyond a factor of 5 the forecast is wrong, not narrow. */
const LIMIT = Math.log(5);

/** Sides of an interval. */
export const LOWER = 0;
export const UPPER = 1;
export type Side = typeof LOWER | typeof UPPER;

const CELLS = BINS * 2;

/** Where the factor of a bin and side comes from while there is none of one's own. */
export interface FactorSource {
  logFactor(bin: number, side: Side): number;
}

/** Numbers per series: [BINS × 2] logarithms of factors, [BINS × 2] counts. */
export const FACTORS_SIZE = 2 * CELLS;

/** Follows one verdict. `isBeyond(f)` tells whether the actual lay beyond f half-widths. */
export function followVerdict(
  factors: Float32Array,
  { bin, side }: { readonly bin: number; readonly side: Side },
  isBeyond: (factor: number) => boolean,
  pool: FactorSource,
): void {
  const cell = bin * 2 + side;
  const pooled = pool.logFactor(bin, side);
  const count = factors[CELLS + cell]!;
  const log = count === 0 ? pooled : factors[cell]!;
  const gain = GAIN * Math.max(1, EARLY_GAIN / Math.sqrt(count + 1));
  const next = log + gain * (Number(isBeyond(Math.exp(log))) - MISSED) - LEAK * (log - pooled);
  factors[cell] = Math.min(LIMIT, Math.max(-LIMIT, next));
  factors[CELLS + cell] = count + 1;
}

/** Writes the factors of all bins into a plan. */
export function writeFactors(
  factors: Float32Array | undefined,
  pool: FactorSource,
  methods: number,
  plan: Float32Array,
): void {
  for (let bin = 0; bin < BINS; bin++) {
    for (const side of [LOWER, UPPER] as const) {
      const cell = bin * 2 + side;
      const isKnown = factors !== undefined && factors[CELLS + cell]! > 0;
      plan[bin * (methods + 2) + methods + side] = Math.exp(isKnown ? factors[cell]! : pool.logFactor(bin, side));
    }
  }
}

/** Verdicts of many series before a pool is believed: twenty forecasts' worth of one bin. */
const LEAST_POOLED = 60;
const POOL_GAIN = 0.03;

/**
 * The factors of a metric, or of a metric in one profile. Verdicts are counted and take effect at `settle`, so that the
 * order in which series are judged does not matter.
 */
export class PooledFactors implements FactorSource {
  readonly #logs = new Float64Array(CELLS);
  readonly #judged = new Float64Array(CELLS);
  readonly #open = new Float64Array(CELLS);
  readonly #missed = new Float64Array(CELLS);
  readonly #wider: FactorSource | undefined;

  /** @param wider  answers while this pool has too little evidence; without, the factor is 1 */
  constructor(wider?: FactorSource) {
    this.#wider = wider;
  }

  logFactor(bin: number, side: Side): number {
    const cell = bin * 2 + side;
    if (this.#judged[cell]! >= LEAST_POOLED) return this.#logs[cell]!;
    return this.#wider?.logFactor(bin, side) ?? 0;
  }

  count(bin: number, side: Side, isBeyond: (factor: number) => boolean): void {
    const cell = bin * 2 + side;
    this.#open[cell]! += 1;
    if (isBeyond(Math.exp(this.#logs[cell]!))) this.#missed[cell]! += 1;
  }

  /** Lets the verdicts counted since the last time take effect. */
  settle(): void {
    for (let cell = 0; cell < CELLS; cell++) {
      const open = this.#open[cell]!;
      if (open === 0) continue;
      const step = Math.min(1, POOL_GAIN * open) * (this.#missed[cell]! / open - MISSED);
      this.#logs[cell] = Math.min(LIMIT, Math.max(-LIMIT, this.#logs[cell]! + step));
      this.#judged[cell]! += open;
    }
    this.#open.fill(0);
    this.#missed.fill(0);
  }
}

/**
 * Isotonic regression of what came on what was told, by pooling adjacent violators (Ayer et al. 1955; Zadrozny & Elkan 2002), held to
 * what was told where little came due: it takes any form that rises, which no line does.
 */
import { sigmoid } from '../../core/statistics.js';
import { logOdds, type OddsCell } from './oddsEvidence.js';

/** Independent breaches, as the information Σ p (1 − p) counts them, that move a cell half-way from what was told to what came. */
const TRUSTED_BREACHES = 4;

/** Log odds that were told, and those to serve instead; between two of them along a straight line, beyond the last ones as far off as there. */
export interface CurvePoint {
  readonly told: number;
  /** Rises from point to point. */
  readonly served: number;
}

/** Ascending in both; without a point, nothing is changed. */
export type RisingCurve = readonly CurvePoint[];

/** Neighbouring cells that came alike, or in the wrong order. */
interface Block {
  readonly cases: number;
  readonly odds: number;
  /** With what is believed beforehand. */
  readonly trials: number;
  readonly came: number;
}

/** The curve through the cells, which ascend. */
export function fitCurve(cells: readonly OddsCell[]): RisingCurve {
  const blocks: Block[] = [];
  for (const cell of cells) {
    let block = believed(cell);
    for (let before = blocks.at(-1); before !== undefined && rate(before) >= rate(block); before = blocks.at(-1)) {
      blocks.pop();
      block = pooled(before, block);
    }
    blocks.push(block);
  }
  return blocks.map((block) => ({ told: block.odds, served: logOdds(rate(block)) }));
}

/** A probability along the curve; without evidence it stays as it is to the last digit. */
export function alongCurve(curve: RisingCurve, probability: number): number {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return probability;
  const odds = logOdds(probability);
  if (odds <= first.told) return sigmoid(odds + first.served - first.told);
  if (odds >= last.told) return sigmoid(odds + last.served - last.told);
  const next = curve.findIndex(({ told }) => told > odds);
  const [left, right] = [curve[next - 1]!, curve[next]!];
  const share = (odds - left.told) / (right.told - left.told);
  return sigmoid(left.served + share * (right.served - left.served));
}

function believed({ odds, cases, came }: OddsCell): Block {
  const told = sigmoid(odds);
  const before = TRUSTED_BREACHES / (told * (1 - told));
  return { cases, odds, trials: cases + before, came: came + before * told };
}

function pooled(a: Block, b: Block): Block {
  const cases = a.cases + b.cases;
  return {
    cases,
    odds: (a.cases * a.odds + b.cases * b.odds) / cases,
    trials: a.trials + b.trials,
    came: a.came + b.came,
  };
}

function rate({ came, trials }: Block): number {
  return came / trials;
}

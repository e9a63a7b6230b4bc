/** When a trace is stopped at while it is replayed: scored origins, hourly ticks of the ledger, moments of risk. */
import { HORIZON_STEPS } from '../../core/flow.js';

/** Which moments are wanted; the same for every server. */
export interface ScheduleSettings {
  /** Scored origins per server, spread evenly. */
  readonly origins: number;
  /** Share of the trace, at its end, in which origins lie. */
  readonly last: number;
  /** Epoch seconds from which origins lie, instead of `last`. */
  readonly startAt: number | undefined;
  /** Also stop every 15 minutes for the risk. */
  readonly risk: boolean;
}

/** Everything before `bin` (relative to the trace's first) is known, nothing from it on. */
export interface ReplayStop {
  readonly bin: number;
  /** Which of the scored origins this is, from 0; undefined if it is none. */
  readonly originIndex: number | undefined;
  /** Whether the ledger records this forecast. */
  readonly isTick: boolean;
  readonly isRisk: boolean;
}

/** The grid of a trace. */
export interface TraceSpan {
  /** Absolute index of its first bin. */
  readonly first: number;
  readonly length: number;
  readonly stepSeconds: number;
}

const DAY_BINS = 288;
/** The encoder reads 24 h; an hour more lets the newest of them settle. */
const MIN_HISTORY_BINS = 300;
/** Older origins would weigh a server's distant past like its present. */
const MAX_BACK_BINS = 70 * DAY_BINS;
/** The ledger learns from a week before the first origin. */
const LEDGER_LEAD_BINS = 7 * DAY_BINS;
/** Before that the windows are warming and nothing is forecast. */
const WARM_BINS = 24;
const TICK_BINS = 12;
const RISK_BINS = 3;

/** The first bin in which an origin may lie: what lies before it is "in sample". */
export function testStart({ first, length, stepSeconds }: TraceSpan, { last, startAt }: ScheduleSettings): number {
  if (startAt !== undefined) return Math.ceil(startAt / stepSeconds) - first;
  return Math.floor((1 - last) * length);
}

/** All stops of a trace, ascending; none if it is too short for a single origin with its whole horizon. */
export function scheduleStops(span: TraceSpan, settings: ScheduleSettings): ReplayStop[] {
  const { first, length } = span;
  const low = Math.max(testStart(span, settings), length - MAX_BACK_BINS, MIN_HISTORY_BINS);
  const high = length - HORIZON_STEPS;
  if (high < low) return [];
  const originIndex = new Map(spread(low, high, settings.origins).map((bin, k) => [bin, k]));
  const ticks = new Set(gridBins(Math.max(low - LEDGER_LEAD_BINS, WARM_BINS), high, first, TICK_BINS));
  const risks = new Set(settings.risk ? gridBins(low, length, first, RISK_BINS) : []);
  return [...new Set([...originIndex.keys(), ...ticks, ...risks])]
    .sort((a, b) => a - b)
    .map((bin) => ({
      bin,
      originIndex: originIndex.get(bin),
      isTick: ticks.has(bin),
      isRisk: risks.has(bin),
    }));
}

/** `count` whole numbers from low to high, both included, as evenly as they go; each once. */
function spread(low: number, high: number, count: number): number[] {
  if (count === 1) return [low];
  const all = Array.from({ length: count }, (_, k) => Math.floor(low + ((high - low) * k) / (count - 1)));
  return [...new Set(all)];
}

/** Bins from ≤ bin ≤ to whose absolute index is a multiple of `every`: full hours stay full hours. */
function gridBins(from: number, to: number, first: number, every: number): number[] {
  const bins: number[] = [];
  for (let bin = Math.ceil((first + from) / every) * every - first; bin <= to; bin += every) bins.push(bin);
  return bins;
}

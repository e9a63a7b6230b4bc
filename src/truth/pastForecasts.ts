/** Forecasts as they were made up to some hours ago, in a bounded memory: every few steps of them, of some of the past cycles. */
import {
  type EarlierForecasts,
  type Forecast,
  type ForecastAge,
  HORIZON_STEPS,
  LEVEL_NAMES,
  type RiskPath,
} from '../core/flow.js';

export interface PastForecastOptions {
  /** Ascending; none = nothing is kept. */
  readonly ages: readonly ForecastAge[];
  /** Time between two forecasts of a server that are kept. */
  readonly everySeconds: number;
  /** For all that is kept. */
  readonly maxBytes: number;
}

/** Every third step is kept, the first one among them: 32 of 96. Between two of them values run straight. */
const KEPT_EVERY = 3;
const KEPT_STEPS = Math.ceil(HORIZON_STEPS / KEPT_EVERY);
const LEVELS = LEVEL_NAMES.length;
const KEPT_SIZE = KEPT_STEPS * LEVELS;

/** What was made for one server in one cycle. */
export interface MadeForecasts {
  readonly server: string;
  /** Those to keep, of one frame and one model. */
  readonly forecasts: readonly Forecast[];
  /** The risk along all its forecasts; asked for only where it is kept. */
  readonly riskPath?: (() => RiskPath | undefined) | undefined;
}

/** What was kept of one server at one moment. */
interface KeptServer {
  /** Of all that was kept: it comes from one frame. */
  readonly grid: Pick<Forecast, 'origin' | 'stepSeconds'>;
  readonly model: string;
  readonly metrics: readonly string[];
  /** [metrics × KEPT_STEPS × LEVELS] */
  readonly values: Float32Array;
  /** [KEPT_STEPS]; empty where there was none. */
  readonly risk: Float32Array;
}

interface Generation {
  readonly at: number;
  readonly servers: ReadonlyMap<string, KeptServer>;
}

export class PastForecasts {
  readonly options: PastForecastOptions;
  /** Youngest first; never changed in place. */
  #generations: readonly Generation[] = [];
  #leftOut = 0;

  constructor(options: PastForecastOptions) {
    this.options = options;
  }

  /** The same memory under other options; what it holds stays where it may. */
  adopt(options: PastForecastOptions): PastForecasts {
    const next = new PastForecasts(options);
    const { ages, everySeconds, maxBytes } = this.options;
    const isSame = options.everySeconds === everySeconds && options.maxBytes === maxBytes;
    if (isSame && options.ages.at(-1)?.seconds === ages.at(-1)?.seconds) next.#generations = this.#generations;
    return next;
  }

  /** Bytes of the numbers that are kept. */
  get bytes(): number {
    let bytes = 0;
    for (const { servers } of this.#generations)
      for (const { values, risk } of servers.values()) bytes += values.byteLength + risk.byteLength;
    return bytes;
  }

  /** Servers for which the memory did not do when forecasts were kept last. */
  get serversLeftOut(): number {
    return this.#leftOut;
  }

  /**
   * Keeps what was made at `at` (epoch seconds), if it is time to, and forgets what is older than the highest age: server by
   * server, so that others get their turn in between, and all at once at the end.
   * @param made  the most important server first: where the memory does not do for all, the last ones are not kept
   */
  *remember(at: number, made: Iterable<MadeForecasts>): Generator<void, void> {
    const { ages, everySeconds } = this.options;
    const oldest = ages.at(-1);
    if (oldest === undefined) return;
    const slot = Math.floor(at / everySeconds);
    // What lies ahead was made by a clock that has been set back.
    const past = this.#generations.filter((generation) => generation.at <= at);
    const [youngest] = past;
    if (youngest !== undefined && Math.floor(youngest.at / everySeconds) >= slot) return;
    const kept = past.filter((generation) => at - generation.at <= oldest.seconds + everySeconds);
    this.#generations = [{ at, servers: yield* this.#keep(made) }, ...kept];
  }

  /** What can be had of the past at `at`; stays as it is while more is remembered. */
  asOf(at: number): EarlierForecasts {
    const { ages, everySeconds } = this.options;
    const generations = this.#generations;
    const keptOf = (server: string, { seconds }: ForecastAge): KeptServer | undefined => {
      const generation = generations.find((made) => at - made.at >= seconds);
      // Older than asked for by more than the grid: linborg was not running or had no data then.
      if (generation === undefined || at - generation.at >= seconds + 2 * everySeconds) return undefined;
      return generation.servers.get(server);
    };
    return {
      ages,
      forecastsOf(server, age) {
        const kept = keptOf(server, age);
        if (kept === undefined) return [];
        const { grid, model, metrics, values } = kept;
        const partOf = (i: number) => values.subarray(i * KEPT_SIZE, (i + 1) * KEPT_SIZE);
        return metrics.map((metric, i) => ({
          ...{ server, ...grid, model, metric },
          // Most of them are not asked for.
          get values() {
            return restore(partOf(i));
          },
        }));
      },
      riskPathOf(server, age) {
        const kept = keptOf(server, age);
        return kept === undefined || kept.risk.length === 0 ? undefined : { ...kept.grid, scores: restore(kept.risk) };
      },
    };
  }

  *#keep(made: Iterable<MadeForecasts>): Generator<void, Map<string, KeptServer>> {
    const { ages, everySeconds, maxBytes } = this.options;
    // The one that is being made, and those that are older than the highest age by less than the grid.
    const generations = Math.ceil(ages.at(-1)!.seconds / everySeconds) + 2;
    let left = Math.floor(maxBytes / generations);
    const servers = new Map<string, KeptServer>();
    this.#leftOut = 0;
    for (const ofServer of made) {
      yield;
      const { server, forecasts, riskPath } = ofServer;
      if (forecasts.length === 0) continue;
      const steps = forecasts.length * KEPT_SIZE + (riskPath === undefined ? 0 : KEPT_STEPS);
      left -= steps * Float32Array.BYTES_PER_ELEMENT;
      if (left < 0) this.#leftOut++;
      else servers.set(server, keepServer(ofServer));
    }
    return servers;
  }
}

/** @param made  with one forecast at least */
function keepServer({ forecasts, riskPath }: MadeForecasts): KeptServer {
  const values = new Float32Array(forecasts.length * KEPT_SIZE);
  for (const [i, forecast] of forecasts.entries()) values.set(keepSteps(forecast.values), i * KEPT_SIZE);
  const path = riskPath?.();
  const { origin, stepSeconds, model } = forecasts[0]!;
  return {
    grid: { origin, stepSeconds },
    model,
    metrics: forecasts.map(({ metric }) => metric),
    values,
    risk: path === undefined ? new Float32Array() : keepSteps(path.scores),
  };
}

/** @param values  [HORIZON_STEPS × width] → [KEPT_STEPS × width] */
function keepSteps(values: Float32Array): Float32Array {
  const width = values.length / HORIZON_STEPS;
  return Float32Array.from({ length: KEPT_STEPS * width }, (_, i) => {
    return values[Math.floor(i / width) * KEPT_EVERY * width + (i % width)]!;
  });
}

/** @param kept  [KEPT_STEPS × width] → [HORIZON_STEPS × width]; steps beyond the last one that was kept are NaN */
function restore(kept: Float32Array): Float32Array {
  const width = kept.length / KEPT_STEPS;
  const values = new Float32Array(HORIZON_STEPS * width).fill(Number.NaN);
  for (let step = 0; step <= (KEPT_STEPS - 1) * KEPT_EVERY; step++) {
    const before = Math.floor(step / KEPT_EVERY);
    const share = step / KEPT_EVERY - before;
    const after = share === 0 ? before : before + 1;
    for (let i = 0; i < width; i++) {
      const [from, to] = [kept[before * width + i]!, kept[after * width + i]!];
      values[step * width + i] = from + share * (to - from);
    }
  }
  return values;
}

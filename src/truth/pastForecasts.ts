/** Forecasts as they were made up to some hours ago, in a bounded memory: every few steps of them, of some of the past cycles. */
import { type EarlierForecasts, type Forecast, type ForecastAge, HORIZON_STEPS, LEVEL_NAMES } from '../core/flow.js';

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

/** What was kept of one server at one moment. */
interface KeptServer {
  readonly metrics: readonly string[];
  /** Of all its forecasts: they come from one frame and one model. */
  readonly shared: Omit<Forecast, 'values' | 'metric'>;
  /** [metrics × KEPT_STEPS × LEVELS] */
  readonly values: Float32Array;
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
    for (const { servers } of this.#generations) for (const { values } of servers.values()) bytes += values.byteLength;
    return bytes;
  }

  /** Servers for which the memory did not do when forecasts were kept last. */
  get serversLeftOut(): number {
    return this.#leftOut;
  }

  /**
   * Keeps the forecasts made at `at` (epoch seconds), if it is time to, and forgets what is older than the highest age.
   * @param forecasts  per server, the most important first: where the memory does not do for all, the last ones are not kept
   */
  remember(at: number, forecasts: Iterable<readonly Forecast[]>): void {
    const { ages, everySeconds } = this.options;
    const oldest = ages.at(-1);
    if (oldest === undefined) return;
    const slot = Math.floor(at / everySeconds);
    const [youngest] = this.#generations;
    if (youngest !== undefined && Math.floor(youngest.at / everySeconds) >= slot) return;
    const kept = this.#generations.filter((generation) => at - generation.at <= oldest.seconds + everySeconds);
    this.#generations = [{ at, servers: this.#keep(forecasts) }, ...kept];
  }

  /** What can be had of the past at `at`; stays as it is while more is remembered. */
  asOf(at: number): EarlierForecasts {
    const { ages, everySeconds } = this.options;
    const generations = this.#generations;
    return {
      ages,
      forecastsOf(server, { seconds }) {
        const generation = generations.find((made) => at - made.at >= seconds);
        // Older than asked for by more than the grid: linborg was not running or had no data then.
        if (generation === undefined || at - generation.at >= seconds + 2 * everySeconds) return [];
        const kept = generation.servers.get(server);
        if (kept === undefined) return [];
        return kept.metrics.map((metric, i) => ({ ...kept.shared, metric, values: restore(kept.values, i) }));
      },
    };
  }

  #keep(forecasts: Iterable<readonly Forecast[]>): Map<string, KeptServer> {
    const { ages, everySeconds, maxBytes } = this.options;
    // The one that is being made, and those that are older than the highest age by less than the grid.
    const generations = Math.ceil(ages.at(-1)!.seconds / everySeconds) + 2;
    let left = Math.floor(maxBytes / generations);
    const servers = new Map<string, KeptServer>();
    this.#leftOut = 0;
    for (const ofServer of forecasts) {
      const [first] = ofServer;
      if (first === undefined) continue;
      left -= ofServer.length * KEPT_SIZE * Float32Array.BYTES_PER_ELEMENT;
      if (left < 0) this.#leftOut++;
      else servers.set(first.server, keepServer(ofServer));
    }
    return servers;
  }
}

/** @param forecasts  of one server, at least one */
function keepServer(forecasts: readonly Forecast[]): KeptServer {
  const values = new Float32Array(forecasts.length * KEPT_SIZE);
  forecasts.forEach((forecast, i) => {
    for (let kept = 0; kept < KEPT_STEPS; kept++) {
      const step = kept * KEPT_EVERY * LEVELS;
      values.set(forecast.values.subarray(step, step + LEVELS), i * KEPT_SIZE + kept * LEVELS);
    }
  });
  const { server, origin, stepSeconds, model } = forecasts[0]!;
  const metrics = forecasts.map(({ metric }) => metric);
  return { metrics, shared: { server, origin, stepSeconds, model }, values };
}

/** [HORIZON_STEPS × LEVELS]; steps beyond the last one that was kept are NaN. */
function restore(kept: Float32Array, index: number): Float32Array {
  const values = new Float32Array(HORIZON_STEPS * LEVELS).fill(Number.NaN);
  for (let step = 0; step <= (KEPT_STEPS - 1) * KEPT_EVERY; step++) {
    const before = Math.floor(step / KEPT_EVERY);
    const share = step / KEPT_EVERY - before;
    const after = share === 0 ? before : before + 1;
    for (let level = 0; level < LEVELS; level++) {
      const at = (of: number) => kept[index * KEPT_SIZE + of * LEVELS + level]!;
      values[step * LEVELS + level] = at(before) + share * (at(after) - at(before));
    }
  }
  return values;
}

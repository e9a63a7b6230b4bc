/** What the parts of a cycle add to its CPU time: the same moments without and with them, in one process and in turn. */
import { pino } from 'pino';
import type { Frame } from '../../core/flow.js';
import { medianOf } from '../../core/statistics.js';
import { publishCycle } from '../../exposition/publishedCycle.js';
import { createFleet, type Fleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { WindowStore } from '../../windows/store.js';
import { runCycle } from '../cycle.js';
import type { ForecastRows } from '../forecasting/forecastFrames.js';
import { ForecastPool, type PoolReport } from '../forecasting/pool.js';
import { FleetMonitor } from '../service/fleetMonitor.js';
import { ForecastLedger } from '../service/forecastLedger.js';
import { benchConfig } from './benchConfig.js';
import { cpuSecondsOf } from './clock.js';
import { FIRST_STEP, feedHistory, STEP_SECONDS } from './feed.js';
import { OwnWindow } from './ownWindow.js';

export interface PartFigures {
  readonly servers: number;
  readonly moments: number;
  /** Forecasts, risks and rendered metrics alone; median. */
  readonly bare_cpu_seconds: number;
  /** What each part adds, as a share of the bare cycle of the same moment; medians. */
  readonly added_share: Readonly<Record<'incident_head' | 'ledger' | 'fleet_monitor' | 'own_figures' | 'all', number>>;
}

/**
 * CPU-seconds of the cycles of one moment: with nothing, with linborg's own figures, with the incident head, with the head and all that judges; and of
 * the watch in the last one.
 */
type MomentSeconds = Record<'bare' | 'withOwn' | 'withHead' | 'whole' | 'watch', number>;

/** As `serve` has it by default. */
const CYCLE_SECONDS = 60;

/** Measures a fleet whose ledger has learnt from hindcasts, as that of `serve` has minutes after its start. */
export async function measureParts(
  servers: number,
  moments: number,
  modelPath: string,
  onProgress: (text: string) => void,
): Promise<PartFigures> {
  const { pool, report } = await ForecastPool.start({ modelPath, engine: 'auto', workers: 2, onDeath: onProgress });
  const fleet = createFleet({ servers, seed: 5, scenariosPerServerWeek: 0.5 });
  const store = new WindowStore(benchConfig().windows);
  await feedHistory(fleet, store, onProgress);
  const cycles = new PartedCycles(fleet, store, (job) => pool.forecast(job), report.manifest);
  onProgress(`${servers} servers: the ledger learns from two days`);
  await cycles.learn();
  const measured: MomentSeconds[] = [];
  for (let moment = 0; moment < moments; moment++) {
    onProgress(`${servers} servers: moment ${moment + 1} of ${moments}`);
    measured.push(await cycles.measure(moment));
  }
  await pool.close();
  return { servers, moments, ...summarize(measured) };
}

function summarize(measured: readonly MomentSeconds[]): Pick<PartFigures, 'bare_cpu_seconds' | 'added_share'> {
  const added = (secondsOf: (moment: MomentSeconds) => number) =>
    Number(medianOf(measured.map((moment) => secondsOf(moment) / moment.bare)).toFixed(3));
  return {
    bare_cpu_seconds: Number(medianOf(measured.map(({ bare }) => bare)).toFixed(2)),
    added_share: {
      incident_head: added(({ bare, withHead }) => withHead - bare),
      ledger: added(({ withHead, whole, watch }) => whole - watch - withHead),
      fleet_monitor: added(({ watch }) => watch),
      own_figures: added(({ bare, withOwn }) => withOwn - bare),
      all: added(({ bare, withOwn, whole }) => whole - bare + withOwn - bare),
    },
  };
}

class PartedCycles {
  readonly #fleet: Fleet;
  readonly #store: WindowStore;
  readonly #forecastRows: ForecastRows;
  readonly #model: string;
  readonly #ledger: ForecastLedger;
  readonly #config = benchConfig();
  readonly #monitor = new FleetMonitor();
  readonly #own = new OwnWindow();

  constructor(fleet: Fleet, store: WindowStore, forecastRows: ForecastRows, manifest: PoolReport['manifest']) {
    const { name: model, training_inputs: trainingInputs } = manifest;
    this.#fleet = fleet;
    this.#store = store;
    this.#forecastRows = forecastRows;
    this.#model = model;
    const { truth: options, thresholds } = this.#config;
    this.#ledger = new ForecastLedger({ model, options, thresholds, stepSeconds: STEP_SECONDS, trainingInputs });
  }

  async learn(): Promise<void> {
    const at = FIRST_STEP * STEP_SECONDS;
    await this.#ledger.learn({
      forecastRows: this.#forecastRows,
      frames: () => this.#store.frames(at),
      sources: [],
      selector: '',
      actedUpon: [],
      at,
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
    });
  }

  /** Which cycle goes first changes from moment to moment. */
  async measure(moment: number): Promise<MomentSeconds> {
    const at = FIRST_STEP * STEP_SECONDS + (moment + 1) * CYCLE_SECONDS;
    const step = Math.floor(at / STEP_SECONDS);
    this.#store.ingest(fleetBatch(this.#fleet, step - 1, step + 1));
    const seconds: MomentSeconds = { bare: 0, withOwn: 0, withHead: 0, whole: 0, watch: 0 };
    const withoutHead: ForecastRows = ({ thresholds: _, ...job }) => this.#forecastRows(job);
    const cycles = {
      bare: () => this.#alone(at, withoutHead),
      withOwn: () => {
        this.#own.note(at);
        return this.#alone(at, withoutHead, this.#own.frames(at));
      },
      withHead: () => this.#alone(at, this.#forecastRows),
      whole: async () => {
        seconds.watch = await this.#whole(at);
      },
    };
    const names = ['bare', 'withOwn', 'withHead', 'whole'] as const;
    for (let i = 0; i < names.length; i++) {
      const name = names[(moment + i) % names.length]!;
      seconds[name] = await cpuSecondsOf(cycles[name]);
    }
    return seconds;
  }

  async #alone(at: number, forecastRows: ForecastRows, more: readonly Frame[] = []): Promise<void> {
    const { thresholds, export: options } = this.#config;
    const model = this.#model;
    const frames = [...this.#store.frames(at), ...more];
    await publishCycle(await runCycle(frames, at, thresholds, { forecastRows, model }), options);
  }

  /** @returns CPU-seconds of the watch over the fleet */
  async #whole(at: number): Promise<number> {
    const { thresholds, export: options } = this.#config;
    const frames = this.#store.frames(at);
    this.#ledger.begin(frames, at, []);
    const wishes = this.#ledger.wishes(frames, at);
    const forecaster = { forecastRows: this.#forecastRows, model: this.#model, ...wishes };
    const result = await runCycle(frames, at, thresholds, forecaster);
    const truth = this.#ledger.end(result);
    const before = process.cpuUsage();
    const fleet = await this.#monitor.observe(result);
    const { user, system } = process.cpuUsage(before);
    await publishCycle({ ...result, truth, fleet }, options);
    return (user + system) / 1e6;
  }
}

/** What a backtest keeps of a replay: rows of its files, and the scores. */
import { type Forecast, HORIZON_STEPS } from '../../core/flow.js';
import type { IncidentScores } from './incidents/incidentScores.js';
import type { OutputFolder, OutputText } from './outputFolder.js';
import type { DatasetReport, Method } from './report/reportData.js';
import type { StopOutcome } from './round.js';
import { type ScheduleSettings, testStart } from './schedule.js';
import type { BootstrapSettings } from './scores/bootstrap.js';
import { DatasetScores } from './scores/datasetScores.js';
import { columnOf, NAIVE_COLUMNS, NAIVE_NAMES } from './scores/methods.js';
import { ServerScorer } from './scores/serverScorer.js';
import { type ServerTrace, valuesAfter } from './serverTrace.js';
import { BASELINES_HEADER, baselineRows, FORECASTS_HEADER, forecastRows, RISK_HEADER, riskRow } from './tables.js';

export interface RecorderSettings {
  readonly datasets: readonly string[];
  readonly methods: readonly Method[];
  readonly schedule: ScheduleSettings;
  /** Whether the naive methods' forecasts are written, too. */
  readonly baselines: boolean;
  /** Whether the risk is written, too. */
  readonly risk: boolean;
  /** Takes in what incidents are scored by; undefined = they are not. */
  readonly incidents: IncidentScores | undefined;
}

export class Recorder {
  /** Forecasts that came, whatever for. */
  forecasts = 0;
  readonly #settings: RecorderSettings;
  readonly #datasets: ReadonlyMap<string, DatasetScores>;
  /** Of the servers under way. */
  readonly #scorers = new Map<ServerTrace, ServerScorer>();
  readonly #forecastFile: OutputText;
  readonly #baselineFile: OutputText | undefined;
  readonly #riskFile: OutputText | undefined;

  private constructor(settings: RecorderSettings, folder: OutputFolder) {
    this.#settings = settings;
    this.#datasets = new Map(settings.datasets.map((name) => [name, new DatasetScores(name, settings.methods)]));
    this.#forecastFile = folder.create('forecasts.csv.gz');
    this.#baselineFile = settings.baselines ? folder.create('baselines.csv.gz') : undefined;
    this.#riskFile = settings.risk ? folder.create('risk.csv') : undefined;
  }

  /** Begins the files. */
  static async open(settings: RecorderSettings, folder: OutputFolder): Promise<Recorder> {
    const recorder = new Recorder(settings, folder);
    await recorder.#forecastFile.write(FORECASTS_HEADER);
    await recorder.#baselineFile?.write(BASELINES_HEADER);
    await recorder.#riskFile?.write(RISK_HEADER);
    return recorder;
  }

  /** Takes in what came out at one stop. */
  async add(outcome: StopOutcome): Promise<void> {
    const { trace, stop, at, forecasts, details, yardstick, risk, anomaly } = outcome;
    this.#settings.incidents?.add(outcome);
    const { isTick, originIndex } = stop;
    this.forecasts += forecasts.length;
    for (const [i, detail] of details.entries()) {
      const forecast = forecasts[i]!;
      const second = yardstick.find(({ metric }) => metric === forecast.metric);
      this.#scorerOf(trace).add({ forecast, details: detail, yardstick: second, isTick, originIndex });
      if (originIndex !== undefined) await this.#writeForecast(trace, forecast, detail.candidates);
    }
    if (stop.isRisk) await this.#riskFile?.write(riskRow(at, trace.server, risk, anomaly));
  }

  /** Sums a server up whose trace is at its end. */
  async finish(trace: ServerTrace): Promise<void> {
    this.#datasets.get(trace.dataset)!.addServer(this.#scorerOf(trace).results());
    this.#scorers.delete(trace);
    await this.#settings.incidents?.finish(trace);
  }

  report(bootstrap: BootstrapSettings): DatasetReport[] {
    return [...this.#datasets.values()].map((dataset) => dataset.report(bootstrap));
  }

  #scorerOf(trace: ServerTrace): ServerScorer {
    const known = this.#scorers.get(trace);
    if (known !== undefined) return known;
    const { methods, schedule } = this.#settings;
    const inSampleBins = testStart(trace, schedule);
    const scorer = new ServerScorer(trace, { methods, inSampleBins, origins: schedule.origins });
    this.#scorers.set(trace, scorer);
    return scorer;
  }

  async #writeForecast(trace: ServerTrace, forecast: Forecast, candidates: Float32Array): Promise<void> {
    const { metric, origin, stepSeconds } = forecast;
    this.#datasets.get(trace.dataset)!.noteOrigin(origin);
    const actual = valuesAfter(trace, metric, Math.round(origin / stepSeconds), HORIZON_STEPS);
    await this.#forecastFile.write(forecastRows(forecast, actual));
    if (this.#baselineFile === undefined) return;
    for (const [i, method] of NAIVE_NAMES.entries()) {
      await this.#baselineFile.write(baselineRows(forecast, method, columnOf(candidates, NAIVE_COLUMNS[i]!)));
    }
  }
}

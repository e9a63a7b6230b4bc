/** What a backtest keeps of a replay: rows of its files, and the scores. */
import { type Forecast, HORIZON_STEPS } from '../../core/flow.js';
import { BASELINES } from '../../core/truth.js';
import { AnomalyMemory } from './anomaly.js';
import type { OutputFolder, OutputText } from './outputFolder.js';
import type { StopOutcome } from './replayTraces.js';
import type { DatasetReport, Method } from './report/reportData.js';
import { type ScheduleSettings, testStart } from './schedule.js';
import type { BootstrapSettings } from './scores/bootstrap.js';
import { DatasetScores } from './scores/datasetScores.js';
import { columnOf, NAIVE_COLUMNS } from './scores/methods.js';
import { ServerScorer } from './scores/serverScorer.js';
import type { ServerReplay } from './serverReplay.js';
import { valuesAfter } from './serverTrace.js';
import { BASELINES_HEADER, baselineRows, FORECASTS_HEADER, forecastRows, RISK_HEADER, riskRow } from './tables.js';

export interface RecorderSettings {
  readonly datasets: readonly string[];
  readonly methods: readonly Method[];
  readonly schedule: ScheduleSettings;
  /** Whether the naive methods' forecasts are written, too. */
  readonly baselines: boolean;
}

/** What is kept of one server while it is replayed. */
interface ServerRecord {
  readonly scorer: ServerScorer;
  readonly anomalies: AnomalyMemory;
}

export class Recorder {
  /** Forecasts that came, whatever for. */
  forecasts = 0;
  readonly #settings: RecorderSettings;
  readonly #datasets: ReadonlyMap<string, DatasetScores>;
  readonly #records = new Map<ServerReplay, ServerRecord>();
  readonly #forecastFile: OutputText;
  readonly #baselineFile: OutputText | undefined;
  readonly #riskFile: OutputText | undefined;

  private constructor(settings: RecorderSettings, folder: OutputFolder) {
    this.#settings = settings;
    this.#datasets = new Map(settings.datasets.map((name) => [name, new DatasetScores(name, settings.methods)]));
    this.#forecastFile = folder.create('forecasts.csv.gz');
    this.#baselineFile = settings.baselines ? folder.create('baselines.csv.gz') : undefined;
    this.#riskFile = settings.schedule.risk ? folder.create('risk.csv') : undefined;
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
    const { replay, stop, view, details, yardstick } = outcome;
    const record = this.#recordOf(replay);
    this.forecasts += view.forecasts.length;
    for (const [i, forecast] of view.forecasts.entries()) {
      if (details[i] === undefined) continue;
      const { isTick, originIndex } = stop;
      const second = yardstick.find(({ metric }) => metric === forecast.metric);
      record.scorer.add({ forecast, details: details[i], yardstick: second, isTick, originIndex });
      if (originIndex !== undefined) await this.#writeForecast(replay, forecast, details[i].candidates);
    }
    if (stop.isRisk) await this.#writeRisk(outcome, record.anomalies);
  }

  /** Sums a server up whose trace is at its end. */
  finish(replay: ServerReplay): void {
    this.#datasets.get(replay.trace.dataset)!.addServer(this.#recordOf(replay).scorer.results());
    this.#records.delete(replay);
  }

  report(bootstrap: BootstrapSettings): DatasetReport[] {
    return [...this.#datasets.values()].map((dataset) => dataset.report(bootstrap));
  }

  #recordOf(replay: ServerReplay): ServerRecord {
    const known = this.#records.get(replay);
    if (known !== undefined) return known;
    const { methods, schedule } = this.#settings;
    const inSampleBins = testStart(replay.trace, schedule);
    const record = {
      scorer: new ServerScorer(replay.trace, { methods, inSampleBins, origins: schedule.origins }),
      anomalies: new AnomalyMemory(),
    };
    this.#records.set(replay, record);
    return record;
  }

  async #writeForecast({ trace }: ServerReplay, forecast: Forecast, candidates: Float32Array): Promise<void> {
    const { metric, origin, stepSeconds } = forecast;
    this.#datasets.get(trace.dataset)!.noteOrigin(origin);
    const actual = valuesAfter(trace, metric, Math.round(origin / stepSeconds), HORIZON_STEPS);
    await this.#forecastFile.write(forecastRows(forecast, actual));
    if (this.#baselineFile === undefined) return;
    for (const [i, method] of BASELINES.entries()) {
      await this.#baselineFile.write(baselineRows(forecast, method, columnOf(candidates, NAIVE_COLUMNS[i]!)));
    }
  }

  async #writeRisk({ at, view }: StopOutcome, anomalies: AnomalyMemory): Promise<void> {
    const { frame, forecasts, risk } = view;
    await this.#riskFile?.write(riskRow(at, frame.server, risk, anomalies.score(frame)));
    anomalies.remember(frame.newest, forecasts);
  }
}

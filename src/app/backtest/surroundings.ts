/** What a replay needs besides traces: windows, thresholds, and workers that forecast. */
import { access } from 'node:fs/promises';
import { z } from 'zod';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import { thresholdsSchema } from '../../scoring/options.js';
import type { Thresholds } from '../../scoring/thresholds.js';
import { type TruthOptions, truthFields, truthOptionsOf } from '../../truth/options.js';
import { type WindowOptions, windowFields, windowOptionsOf } from '../../windows/options.js';
import { loadConfigFile } from '../configFile.js';
import { ForecastPool, type PoolReport } from '../forecasting/pool.js';
import { resolveModelPath } from '../modelPath.js';
import { openSources } from '../openSources.js';
import { auditedSpans } from '../policy/auditSpans.js';
import type { Progress } from '../progress.js';
import { type BacktestOptions, HISTORY_DAYS } from './backtestOptions.js';
import { openHistory, openTraceFolders, type TraceSource } from './traceSource.js';

export interface Replayable {
  readonly source: TraceSource;
  readonly windows: WindowOptions;
  readonly thresholds: Thresholds;
  readonly truth: TruthOptions;
  /** What linborg's own actions have changed, by the audit log; only of the fleet that is its own. */
  readonly actedUpon: readonly ExcludedSpan[];
}

/** The traces, and the options of windows, scoring and ledger: the configuration's where there is one, else the defaults. */
export async function openTraces(options: BacktestOptions, progress: Progress): Promise<Replayable> {
  const { folders, configFile, days, servers } = options;
  if (folders !== undefined && configFile === undefined) {
    const windows = windowOptionsOf(z.object(windowFields).parse({}));
    const source = await openTraceFolders(folders, { profiles: windows.profiles, servers });
    const truth = truthOptionsOf(z.object(truthFields).parse({}));
    return { source, windows, thresholds: thresholdsSchema.parse({}), truth, actedUpon: [] };
  }
  const config = await loadConfigFile(configFile ?? 'linborg.yml');
  const { windows, thresholds, truth } = config;
  const limits = { profiles: windows.profiles, servers };
  if (folders !== undefined) {
    return { source: await openTraceFolders(folders, limits), windows, thresholds, truth, actedUpon: [] };
  }
  const actedUpon = await auditedSpans(config.retrain.dataFolder);
  const sources = await openSources(config);
  try {
    const source = await openHistory(sources, days + HISTORY_DAYS, limits, progress);
    return { source, windows, thresholds, truth, actedUpon };
  } finally {
    for (const source of sources) source.close();
  }
}

export interface Workers {
  readonly pool: ForecastPool;
  readonly report: PoolReport;
}

/** The second model where one was named, or where one comes with linborg. */
const YARDSTICK = 'models/perceptron';

export interface WorkerWishes extends Pick<BacktestOptions, 'modelPath' | 'yardstickPath' | 'workers'> {
  readonly signal: AbortSignal;
  readonly onDeath: (reason: string) => void;
}

/** Starts the workers of the model and of the yardstick. Throws ModelError if a model cannot be used. */
export async function startWorkers(wishes: WorkerWishes): Promise<{ model: Workers; yardstick: Workers | undefined }> {
  const { workers, signal, onDeath } = wishes;
  const start = async (path: string, count: number): Promise<Workers> =>
    ForecastPool.start({ modelPath: path, engine: 'auto', workers: count, onDeath, signal });
  const model = await start(await resolveModelPath(wishes.modelPath), workers);
  try {
    const path = await yardstickPath(wishes.yardstickPath);
    // One is enough: it forecasts at scored origins only.
    return { model, yardstick: path === undefined ? undefined : await start(path, 1) };
  } catch (error) {
    await model.pool.close();
    throw error;
  }
}

async function yardstickPath(wanted: BacktestOptions['yardstickPath']): Promise<string | undefined> {
  if (wanted === null) return undefined;
  const path = await resolveModelPath(wanted ?? YARDSTICK);
  if (wanted !== undefined) return path;
  return access(path).then(
    () => path,
    () => undefined,
  );
}

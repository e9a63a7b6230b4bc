/** A model in service: its workers, and what is known of its forecasts. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { ConfigError } from '../../core/errors.js';
import { ForecastPool, type PoolReport } from '../forecasting/pool.js';
import { resolveModelPath } from '../modelPath.js';
import { ForecastLedger } from './forecastLedger.js';

export interface Serving {
  /** The folder of the model. */
  readonly path: string;
  readonly pool: ForecastPool;
  readonly report: PoolReport;
  readonly ledger: ForecastLedger;
  /** How many workers died since this was last asked. */
  takeDeaths(): number;
}

/** Starts the workers of a model. Throws ModelError or ConfigError if they cannot serve this configuration. */
export async function openServing(config: Config, path: string, log: Logger, signal?: AbortSignal): Promise<Serving> {
  const { engine, workers } = config.model;
  let deaths = 0;
  const { pool, report } = await ForecastPool.start({
    modelPath: await resolveModelPath(path),
    engine,
    workers,
    onDeath: (message) => {
      deaths++;
      log.error({ reason: message }, 'a forecasting worker died and is being replaced');
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const { stepSeconds } = config.windows;
  const { manifest } = report;
  const step = (manifest.input as { step_seconds?: number }).step_seconds;
  if (step !== stepSeconds) {
    await pool.close();
    throw new ConfigError(`step is ${stepSeconds} s; the model in ${path} works at ${step} s`);
  }
  const { name: model, training_inputs: trainingInputs } = manifest;
  const ledger = new ForecastLedger({
    ...{ model, stepSeconds, trainingInputs },
    options: config.truth,
    thresholds: config.thresholds,
  });
  const takeDeaths = () => {
    const taken = deaths;
    deaths = 0;
    return taken;
  };
  return { path, pool, report, ledger, takeDeaths };
}

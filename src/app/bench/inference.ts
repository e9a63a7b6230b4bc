/** How many series per CPU-second an engine forecasts. Run in a process of its own: one engine per process. */

import { METRIC_NAMES, upperBound } from '../../core/metrics.js';
import { medianOf } from '../../core/statistics.js';
import { loadEngine } from '../../model/engine/engine.js';
import { readModel } from '../../model/files/modelFolder.js';
import { BATCH_SIZE, Forecaster } from '../../model/forecaster.js';
import { createInputBatch } from '../../model/inputs/batch.js';
import { HISTORY_STEPS, metricId, profileId } from '../../model/inputs/contract.js';
import { fillWindow, type WindowRequest } from '../../model/inputs/window.js';
import { createFleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { WindowStore } from '../../windows/store.js';
import { benchConfig } from './benchConfig.js';
import { cpuSeconds } from './clock.js';

export interface InferenceFigures {
  /** The network on inputs that lie ready, with reading its results, at batch 128 on one thread. */
  readonly series_per_cpu_second: number;
  /** The whole way from a ring to a forecast in the metric's unit. */
  readonly with_inputs_series_per_cpu_second: number;
  /** CPU time of making one window's inputs. */
  readonly inputs_microseconds: number;
  readonly engine: string;
  readonly peak_rss_mb: number;
}

/** Repetitions; the median counts, since the machine is shared. */
const RUNS = { native: 15, wasm: 5 } as const;
/** Ten servers of 13 or 14 metrics fill one batch. */
const SERVERS = 10;

/** Measures one engine with the model in `modelPath`. */
export async function measureInference(kind: 'native' | 'wasm', modelPath: string): Promise<InferenceFigures> {
  const engine = await loadEngine(kind, 1);
  const { manifest, weights } = await readModel(modelPath);
  const forecaster = new Forecaster(engine, manifest.hyperparameters, weights);
  const requests = simulatedWindows();
  const batch = createInputBatch(BATCH_SIZE);
  const fill = () => {
    requests.forEach((request, column) => {
      fillWindow(request, batch, column);
    });
  };
  for (let i = 0; i < 3; i++) forecaster.forecast(requests);
  const runs = Array.from({ length: RUNS[kind] }, () => ({
    whole: cpuSeconds(() => forecaster.forecast(requests)),
    inputs: cpuSeconds(fill),
  }));
  const whole = medianOf(runs.map((run) => run.whole));
  const inputs = medianOf(runs.map((run) => run.inputs));
  forecaster.dispose();
  return {
    series_per_cpu_second: Math.round(BATCH_SIZE / (whole - inputs)),
    with_inputs_series_per_cpu_second: Math.round(BATCH_SIZE / whole),
    inputs_microseconds: Math.round((inputs / BATCH_SIZE) * 1e6),
    engine: engine.version,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** One full batch of windows of a simulated fleet with eight days of history. */
function simulatedWindows(): WindowRequest[] {
  const fleet = createFleet({ servers: SERVERS, seed: 3, scenariosPerServerWeek: 0.5 });
  const store = new WindowStore(benchConfig().windows);
  const newest = 5_890_000;
  store.ingest(fleetBatch(fleet, newest - HISTORY_STEPS, newest));
  const requests = store.frames(newest * 300).flatMap((frame) =>
    frame.metrics.map(
      (metric, row): WindowRequest => ({
        series: { values: frame.values, offset: row * frame.capacity, capacity: frame.capacity },
        newest: frame.newest,
        metricId: metricId(metric),
        profileId: profileId(frame.profile),
        upper: upperBound(metric),
      }),
    ),
  );
  if (requests.length < BATCH_SIZE)
    throw new RangeError(`${SERVERS} × ${METRIC_NAMES.length} series do not fill a batch`);
  return requests.slice(0, BATCH_SIZE);
}

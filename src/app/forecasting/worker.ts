/** A worker thread: loads engine and model, then turns jobs into forecasts. Every operation blocks, so it lives apart. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadEngine } from '../../model/engine/engine.js';
import { createForecaster, readModel } from '../../model/files/modelFolder.js';
import type { Forecaster } from '../../model/forecaster.js';
import { IncidentHead } from '../../model/incident/head.js';
import type { WindowRequest } from '../../model/inputs/window.js';
import { breachProbabilities } from './breachProbability.js';
import { type ForecastJob, ROW_WIDTH, type WorkerMessage, type WorkerStart } from './protocol.js';
import { servedBlock } from './servedBlock.js';

/** As fast as 128 at a time, in half the memory: every worker holds one batch's intermediates. */
const SERVING_BATCH = 64;

const port = parentPort!;
const { modelPath, engine: wanted } = workerData as WorkerStart;

function send(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function requestsOf({ servers, rows }: ForecastJob): WindowRequest[] {
  return Array.from({ length: rows.length / ROW_WIDTH }, (_, i) => {
    const [server, row, metricId, upper] = rows.subarray(i * ROW_WIDTH, (i + 1) * ROW_WIDTH);
    const { values, capacity, newest, profileId } = servers[server!]!;
    return {
      series: { values, offset: row! * capacity, capacity },
      newest,
      metricId: metricId!,
      profileId,
      upper: upper === 0 ? Number.POSITIVE_INFINITY : upper!,
    };
  });
}

function run(forecaster: Forecaster, head: IncidentHead | undefined, job: ForecastJob): void {
  try {
    const requests = requestsOf(job);
    const block = servedBlock(forecaster.forecast(requests, { details: job.details || job.plans !== undefined }), {
      ...job,
      uppers: requests.map(({ upper }) => upper),
    });
    const breachProbability =
      head && job.thresholds && breachProbabilities(head, requests, block.values, job.thresholds);
    const { values, evidence, candidates, figures, raw } = block;
    const arrays = [values, evidence, candidates, figures, raw, breachProbability].filter(
      (array) => array !== undefined,
    );
    send(
      { kind: 'forecast', id: job.id, ...block, ...(breachProbability && { breachProbability }) },
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    send({ kind: 'failed', id: job.id, message: (error as Error).message });
  }
}

try {
  const engine = await loadEngine(wanted);
  const model = await readModel(modelPath);
  const forecaster = createForecaster(engine, model, SERVING_BATCH);
  const { golden: _, ...manifest } = model.manifest;
  const head = model.incident && new IncidentHead(model.incident);
  port.on('message', (job: ForecastJob) => run(forecaster, head, job));
  const { kind, version, reason } = engine;
  send({ kind: 'ready', engine: { kind, version, reason }, manifest });
} catch (error) {
  send({ kind: 'refused', message: (error as Error).message });
}

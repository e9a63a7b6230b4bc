/** Worker threads that forecast: jobs wait in one queue, a worker that dies is replaced, its job fails alone. */
import { Worker } from 'node:worker_threads';
import { ModelError } from '../../core/errors.js';
import { setNativeThreads } from '../../model/engine/engine.js';
import type { ForecastBlock } from '../../model/forecaster.js';
import type { ForecastJob, ReadyMessage, WorkerMessage, WorkerStart } from './protocol.js';

export interface PoolOptions extends WorkerStart {
  readonly workers: number;
  /** The compiled worker; another one only where the sources run uncompiled. */
  readonly workerUrl?: URL;
  /** Called when a worker died and is being replaced. */
  readonly onDeath: (message: string) => void;
}

/** What the workers run. */
export type PoolReport = Pick<ReadyMessage, 'engine' | 'manifest'>;

interface Waiting {
  readonly job: ForecastJob;
  readonly resolve: (block: ForecastBlock) => void;
  readonly reject: (error: Error) => void;
}

interface Slot {
  readonly worker: Worker;
  current: Waiting | undefined;
}

/** A worker that dies this often in a row without finishing a job is not replaced any more. */
const MAX_DEATHS = 5;

export class ForecastPool {
  readonly #options: PoolOptions;
  readonly #queue: Waiting[] = [];
  readonly #slots = new Set<Slot>();
  #nextId = 0;
  #deaths = 0;
  #isClosed = false;

  private constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Starts the workers and waits until all have loaded engine and model.
   * @throws ModelError with the first worker's reason if it cannot
   */
  static async start(options: PoolOptions): Promise<{ readonly pool: ForecastPool; readonly report: PoolReport }> {
    setNativeThreads(1);
    const pool = new ForecastPool(options);
    try {
      // One first: if it refuses, the others need not try.
      const report = await pool.#addWorker();
      await Promise.all(Array.from({ length: options.workers - 1 }, () => pool.#addWorker()));
      return { pool, report };
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Forecasts the rows of a job; rejects if the worker fails on it, dies, or the pool is closed. */
  forecast(job: Omit<ForecastJob, 'id'>): Promise<ForecastBlock> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new ModelError('the forecasting workers have been stopped'));
      this.#queue.push({ job: { ...job, id: this.#nextId++ }, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the workers, whatever they are doing; waiting jobs are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const stopped = new ModelError('the forecasting workers have been stopped');
    for (const { reject } of this.#queue.splice(0)) reject(stopped);
    await Promise.all([...this.#slots].map(({ worker }) => worker.terminate()));
  }

  #addWorker(): Promise<PoolReport> {
    const { modelPath, engine, workerUrl } = this.#options;
    const worker = new Worker(workerUrl ?? new URL('./worker.js', import.meta.url), {
      workerData: { modelPath, engine } satisfies WorkerStart,
    });
    const slot: Slot = { worker, current: undefined };
    return new Promise((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        switch (message.kind) {
          case 'ready':
            if (this.#isClosed) return;
            this.#slots.add(slot);
            resolve({ engine: message.engine, manifest: message.manifest });
            this.#dispatch();
            return;
          case 'refused':
            reject(new ModelError(message.message));
            void worker.terminate();
            return;
          case 'forecast':
            this.#deaths = 0;
            slot.current?.resolve({ values: message.values, evidence: message.evidence });
            break;
          case 'failed':
            slot.current?.reject(new ModelError(`forecasting failed: ${message.message}`));
            break;
        }
        slot.current = undefined;
        this.#dispatch();
      });
      let why = 'it ended';
      worker.on('error', (error) => {
        why = error.message;
      });
      worker.on('exit', () => {
        const wasReady = this.#slots.delete(slot);
        slot.current?.reject(new ModelError(`a forecasting worker died (${why})`));
        reject(new ModelError(`a forecasting worker could not start (${why})`));
        if (wasReady && !this.#isClosed) this.#replace(why);
      });
    });
  }

  #replace(why: string): void {
    this.#deaths++;
    this.#options.onDeath(why);
    if (this.#deaths > MAX_DEATHS) {
      this.#giveUp(why);
      return;
    }
    this.#addWorker().catch((error: Error) => this.#replace(error.message));
  }

  /** No worker lives on: what waits is told, instead of waiting for ever. */
  #giveUp(why: string): void {
    if (this.#slots.size > 0) return;
    const error = new ModelError(`every forecasting worker died (${why}); see the log and restart linborg`);
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }

  #dispatch(): void {
    for (const slot of this.#slots) {
      if (slot.current) continue;
      const waiting = this.#queue.shift();
      if (!waiting) return;
      slot.current = waiting;
      slot.worker.postMessage(waiting.job);
    }
  }
}

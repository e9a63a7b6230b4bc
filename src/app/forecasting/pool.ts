/** Worker threads that forecast: jobs wait in one queue, a worker that dies is replaced, its job fails alone. */
import { Worker } from 'node:worker_threads';
import { ModelError } from '../../core/errors.js';
import type { WorkerActivity } from '../../exposition/exporterMetrics.js';
import { setNativeThreads } from '../../model/engine/engine.js';
import type { ForecastJob, ReadyMessage, ServedBlock, WorkerMessage, WorkerStart } from './protocol.js';

export interface PoolOptions extends WorkerStart {
  readonly workers: number;
  /** Called when a worker died and is being replaced. */
  readonly onDeath: (message: string) => void;
  /** Ends the start, too. */
  readonly signal?: AbortSignal;
  /** For so long no worker is started where too many have died in a row. */
  readonly restSeconds?: number;
}

/** What the workers run. */
export type PoolReport = Pick<ReadyMessage, 'engine' | 'manifest'>;

interface Waiting {
  readonly job: ForecastJob;
  readonly resolve: (block: ServedBlock) => void;
  readonly reject: (error: Error) => void;
}

interface Slot {
  readonly worker: Worker;
  current: Waiting | undefined;
  /** When it was given that job, as of `performance.now()`. */
  since: number;
}

/** What whoever waits for a worker is told: that it is ready, or why it will never be. The first word counts. */
interface Started {
  readonly onReady: (report: PoolReport) => void;
  readonly onFailure: (error: ModelError) => void;
}

/** When this many have died in a row and no job was finished, the next one is started after a rest, with a job that then comes. */
const MAX_DEATHS = 5;
/** As long as a cycle: what they lacked, memory or the model's files, may be there again, and the log stays readable. */
const REST_SECONDS = 60;

/** A worker's numbers are in typed arrays and tensors; more room for short-lived objects costs each some 12 MB and saves no time. */
const YOUNG_MEGABYTES = 4;

/** A thread loads compiled code only: where the sources run uncompiled (tests), the worker of the last build. */
const WORKER_URL = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/app/forecasting/worker.js', import.meta.url)
  : new URL('./worker.js', import.meta.url);

export class ForecastPool {
  readonly #options: PoolOptions;
  readonly #queue: Waiting[] = [];
  /** Every thread, the ones that are still loading included. */
  readonly #workers = new Set<Worker>();
  /** The ones that are ready. */
  readonly #slots = new Set<Slot>();
  #nextId = 0;
  #deaths = 0;
  #activity = { busySeconds: 0, deaths: 0 };
  /** Why nothing can be forecast; undefined while there are workers, or will be. */
  #ended: ModelError | undefined;
  /** Until then, as of `performance.now()`, no worker is started; undefined while none is missing. */
  #restUntil: number | undefined;
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
    const abort = () => void pool.close();
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      options.signal?.throwIfAborted();
      // One first: if it refuses, the others need not try.
      const report = await pool.#addWorker();
      await Promise.all(Array.from({ length: options.workers - 1 }, () => pool.#addWorker()));
      return { pool, report };
    } catch (error) {
      await pool.close();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Forecasts the rows of a job; rejects if the worker fails on it, dies, or the pool is closed. An urgent job, for which a
   * person waits, goes before all others.
   */
  forecast(job: Omit<ForecastJob, 'id'>, isUrgent = false): Promise<ServedBlock> {
    if (this.#restUntil !== undefined && performance.now() >= this.#restUntil) this.#startMissing();
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const waiting = { job: { ...job, id: this.#nextId++ }, resolve, reject };
      if (isUrgent) this.#queue.unshift(waiting);
      else this.#queue.push(waiting);
      this.#dispatch();
    });
  }

  /** What the workers did since this was last asked. */
  takeActivity(): WorkerActivity {
    const activity = { workers: this.#slots.size, ...this.#activity };
    this.#activity = { busySeconds: 0, deaths: 0 };
    return activity;
  }

  /** Ends the workers, whatever they are doing; waiting jobs are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end(new ModelError('the forecasting workers have been stopped'));
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }

  #addWorker(): Promise<PoolReport> {
    if (this.#ended) return Promise.reject(this.#ended);
    const { modelPath, engine } = this.#options;
    const worker = new Worker(WORKER_URL, {
      workerData: { modelPath, engine } satisfies WorkerStart,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    this.#workers.add(worker);
    return new Promise((resolve, reject) =>
      this.#listen({ worker, current: undefined, since: 0 }, { onReady: resolve, onFailure: reject }),
    );
  }

  /** Takes what a worker says, from its start to its end. */
  #listen(slot: Slot, started: Started): void {
    const { worker } = slot;
    let why = 'it ended';
    let refusal: ModelError | undefined;
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'ready':
          this.#slots.add(slot);
          started.onReady({ engine: message.engine, manifest: message.manifest });
          this.#dispatch();
          break;
        case 'refused':
          refusal = new ModelError(message.message);
          void worker.terminate();
          break;
        case 'forecast':
          this.#deaths = 0;
          slot.current?.resolve(message);
          this.#release(slot);
          break;
        case 'failed':
          slot.current?.reject(new ModelError(`forecasting failed: ${message.message}`));
          this.#release(slot);
          break;
      }
    });
    worker.on('error', (error) => {
      why = error.message;
    });
    worker.on('exit', () => {
      this.#workers.delete(worker);
      const wasReady = this.#slots.delete(slot);
      slot.current?.reject(new ModelError(`a forecasting worker died (${why})`));
      started.onFailure(refusal ?? new ModelError(`a forecasting worker could not start (${why})`));
      if (wasReady) this.#replace(why);
    });
  }

  /** Its job has ended: it takes the next one. */
  #release(slot: Slot): void {
    slot.current = undefined;
    this.#activity.busySeconds += (performance.now() - slot.since) / 1000;
    this.#dispatch();
  }

  #replace(why: string): void {
    if (this.#isClosed) return;
    this.#deaths++;
    this.#activity.deaths++;
    if (this.#deaths <= MAX_DEATHS) {
      this.#options.onDeath(why);
      this.#addWorker().catch((error: Error) => this.#replace(error.message));
      return;
    }
    const { restSeconds = REST_SECONDS } = this.#options;
    this.#restUntil = performance.now() + 1000 * restSeconds;
    if (this.#workers.size === 0) {
      this.#end(new ModelError(`every forecasting worker died (${why}); they are started again in ${restSeconds} s`));
    }
  }

  /** Each has one try, until a job is finished. */
  #startMissing(): void {
    if (this.#isClosed) return;
    this.#restUntil = undefined;
    this.#ended = undefined;
    for (let missing = this.#options.workers - this.#workers.size; missing > 0; missing--) {
      this.#addWorker().catch((error: Error) => this.#replace(error.message));
    }
  }

  /** What waits and what will be asked is told, instead of waiting for ever. */
  #end(reason: ModelError): void {
    this.#ended = reason;
    for (const { reject } of this.#queue.splice(0)) reject(reason);
  }

  #dispatch(): void {
    for (const slot of this.#slots) {
      if (slot.current) continue;
      const waiting = this.#queue.shift();
      if (!waiting) return;
      slot.current = waiting;
      slot.since = performance.now();
      slot.worker.postMessage(waiting.job);
    }
  }
}

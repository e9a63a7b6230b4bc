/** Writes a fleet's history into Prometheus through its remote-write receiver. */
import { setTimeout as sleep } from 'node:timers/promises';
import snappy from 'snappyjs';
import { CommandError } from '../core/errors.js';
import type { View, Views } from './view.js';
import { encodeWriteRequest, type WriteSeries } from './writeRequest.js';

export interface HistoryOptions {
  readonly views: Views;
  /** The receiver, e.g. http://localhost:9090/api/v1/write. */
  readonly url: string;
  /** Epoch seconds; samples lie at from ≤ time < until. */
  readonly from: number;
  readonly until: number;
  /** Seconds between samples; at most 120, so that `rate(...[5m])` always finds two samples. */
  readonly intervalSeconds: number;
  /** Sent with every request, e.g. for authorization or a tenant. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: HistoryProgress) => void;
  readonly signal?: AbortSignal;
}

/** Where series are sent. */
export type Receiver = Pick<HistoryOptions, 'url' | 'headers' | 'signal'>;

export interface HistoryProgress {
  readonly serversDone: number;
  readonly servers: number;
  /** Samples that the receiver has taken so far. */
  readonly samples: number;
}

/**
 * Sends the history of every server and waits until all of it is taken.
 * The receiver must accept samples out of order over the whole span (`storage.tsdb.out_of_order_time_window`).
 * @returns the number of samples sent
 * @throws CommandError if the receiver refuses or stays unreachable
 */
export async function writeHistory(options: HistoryOptions): Promise<number> {
  const { views, from, until, signal } = options;
  if (until <= from) return 0;
  const queue = [...views.values()];
  await send(encodeWriteRequest(queue.flatMap((open) => newestSamples(open(), options))), options);
  const progress = { serversDone: 0, servers: queue.length, samples: 0 };
  // Two requests in flight: one is encoded while Prometheus works on the other.
  const sendQueue = async () => {
    for (let open = queue.shift(); open !== undefined; open = queue.shift()) {
      for (const batch of batchesOf(open(), options)) {
        signal?.throwIfAborted();
        await send(encodeWriteRequest(batch.series), options);
        progress.samples += batch.samples;
        await sleep(0);
      }
      progress.serversDone++;
      options.onProgress?.({ ...progress });
    }
  };
  await Promise.all([sendQueue(), sendQueue()]);
  return progress.samples;
}

interface Batch {
  readonly series: readonly WriteSeries[];
  readonly samples: number;
}

/** Small enough for the receiver's 32 MB, large enough to be quick. */
const MAX_BATCH_SAMPLES = 60_000;

/**
 * The last sample of each series. Once Prometheus has it, all the rest is out of order and stays in that path; without it
 * the samples that happen to be in order move the head block over days, and it compacts block after block meanwhile.
 */
function newestSamples(view: View, { until, intervalSeconds }: HistoryOptions): WriteSeries[] {
  const times = Float64Array.of((Math.ceil(until / intervalSeconds) - 1) * intervalSeconds);
  const values = new Float64Array(view.series.length).fill(Number.NaN);
  view.readAt(times[0]!, values);
  return labelSets(view).map((labels, row) => ({ labels, times, values: values.subarray(row, row + 1) }));
}

function labelSets({ target, series }: View): Readonly<Record<string, string>>[] {
  return series.map(({ family, labels }) => ({ __name__: family.name, ...target, ...labels }));
}

/** Cuts a server's history into spans of time, oldest first. */
function* batchesOf(view: View, { from, until, intervalSeconds }: HistoryOptions): Generator<Batch> {
  const labels = labelSets(view);
  const first = Math.ceil(from / intervalSeconds);
  const end = Math.ceil(until / intervalSeconds);
  const span = Math.max(1, Math.floor(MAX_BATCH_SAMPLES / view.series.length));
  for (let start = first; start < end; start += span) {
    const length = Math.min(span, end - start);
    const times = Float64Array.from({ length }, (_, index) => (start + index) * intervalSeconds);
    const block = new Float64Array(view.series.length * length).fill(Number.NaN);
    for (let index = 0; index < length; index++) view.readAt(times[index]!, block, index, length);
    const samples = block.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0);
    const series = labels.map((names, row) => ({
      labels: names,
      times,
      values: block.subarray(row * length, (row + 1) * length),
    }));
    yield { series, samples };
  }
}

/**
 * Sends series that are there already, in requests of a bearable size, and waits until all are taken.
 * @returns the number of samples sent
 * @throws CommandError if the receiver refuses or stays unreachable
 */
export async function writeSeries(series: readonly WriteSeries[], receiver: Receiver): Promise<number> {
  let samples = 0;
  let batch: WriteSeries[] = [];
  let batchSamples = 0;
  const flush = async () => {
    if (batch.length > 0) await send(encodeWriteRequest(batch), receiver);
    samples += batchSamples;
    batch = [];
    batchSamples = 0;
  };
  for (const one of series) {
    batch.push(one);
    batchSamples += one.times.length;
    if (batchSamples >= MAX_BATCH_SAMPLES) await flush();
  }
  await flush();
  return samples;
}

const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 200;

async function send(message: Uint8Array, { url, headers, signal }: Receiver): Promise<void> {
  const request: RequestInit = {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      ...headers,
    },
    body: snappy.compress(message),
    ...(signal === undefined ? {} : { signal }),
  };
  for (let tries = 1; ; tries++) {
    const failure = await post(url, request);
    if (failure === undefined) return;
    if (!failure.isTemporary || tries === MAX_TRIES) {
      const advice = failure.isTemporary
        ? 'is it running, with --web.enable-remote-write-receiver?'
        : 'it needs --web.enable-remote-write-receiver and an out_of_order_time_window that covers the history';
      throw new CommandError(`${url} did not take the history (${failure.reason}, ${tries} tries); ${advice}`, {
        cause: failure.cause,
      });
    }
    await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, signal === undefined ? {} : { signal });
  }
}

interface Failure {
  readonly reason: string;
  readonly isTemporary: boolean;
  readonly cause?: unknown;
}

async function post(url: string, request: RequestInit): Promise<Failure | undefined> {
  try {
    const response = await fetch(url, request);
    const body = await response.text();
    if (response.ok) return undefined;
    const isTemporary = response.status >= 500 || response.status === 429;
    return { reason: `HTTP ${response.status} ${body.trim().slice(0, 200)}`.trim(), isTemporary };
  } catch (cause) {
    request.signal?.throwIfAborted();
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    return { reason, isTemporary: true, cause };
  }
}

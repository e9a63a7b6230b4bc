/** What answers cost: scrapes, and remote reads of the future. */
import { once } from 'node:events';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { medianOf } from '../../core/statistics.js';
import { compressInTurns } from '../../exposition/future/snappy.js';
import type { ClientAnswer, ClientRequest } from './client.js';
import { mainThreadMilliseconds } from './clock.js';
import { futureRequest } from './readRequest.js';

/** One kind of answer; medians of the repetitions, but for the longest stall. */
export interface AnswerFigures {
  readonly bytes: number;
  /** As the client sees it. */
  readonly ms: number;
  /** Time that the main thread was busy, waiting for a core included. */
  readonly loop_ms: number;
  /** Time that it spent on a core; absent where /proc does not tell. */
  readonly loop_cpu_ms?: number;
  /** The longest time that nobody else got a turn, of all repetitions. */
  readonly longest_stall_ms: number;
}

const REPETITIONS = 9;
/** The histogram adds the interval at which it looks to what it finds. */
const RESOLUTION_MILLISECONDS = 1;

/** Asks `server` at `url` (the base address) in turn for its kinds of answers. */
export async function measureAnswers(url: string, server: string): Promise<Record<string, AnswerFigures>> {
  const client = new Worker(new URL('./client.js', import.meta.url));
  try {
    const scrape = (encoding: string) =>
      measure(client, { url: `${url}/metrics`, headers: { 'accept-encoding': encoding } });
    const read = async (matchers: Readonly<Record<string, string>>) => {
      const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
      return measure(client, {
        url: `${url}/api/v1/read`,
        headers,
        body: await compressInTurns([futureRequest(matchers)]),
      });
    };
    return {
      scrape_plain: await scrape('identity'),
      scrape_gzip: await scrape('gzip'),
      read_one_server: await read({ server }),
      read_one_path_of_all: await read({ metric: 'mem_used_pct', level: 'p90' }),
      read_risk_of_all: await read({ metric: 'risk_score' }),
    };
  } finally {
    await client.terminate();
  }
}

async function measure(client: Worker, request: ClientRequest): Promise<AnswerFigures> {
  const answers: ClientAnswer[] = [];
  const busy: number[] = [];
  const onCore: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  delay.enable();
  for (let i = 0; i < REPETITIONS; i++) {
    const before = performance.eventLoopUtilization();
    const coreBefore = mainThreadMilliseconds();
    client.postMessage(request);
    const [answer] = (await once(client, 'message')) as [ClientAnswer];
    busy.push(performance.eventLoopUtilization(before).active);
    onCore.push(mainThreadMilliseconds() - coreBefore);
    if (answer.status !== 200) throw new Error(`${request.url} answered ${answer.status}`);
    answers.push(answer);
  }
  delay.disable();
  return {
    bytes: answers[0]!.bytes,
    ms: round(medianOf(answers.map(({ milliseconds }) => milliseconds))),
    loop_ms: round(medianOf(busy)),
    ...(onCore.every(Number.isFinite) ? { loop_cpu_ms: round(medianOf(onCore)) } : {}),
    longest_stall_ms: round(Math.max(0, delay.max / 1e6 - RESOLUTION_MILLISECONDS)),
  };
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

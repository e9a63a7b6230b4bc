/** Feeds a service at a fixed rate, one record of every server in each batch, and asks for its metrics each second meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { METRICS } from '../../core/metrics.js';
import { seededRandom } from '../../core/random.js';

export interface PushClientTask {
  readonly url: string;
  readonly servers: number;
  /** Records per minute. */
  readonly rate: number;
  readonly minutes: number;
}

export interface PushClientFigures {
  readonly records: number;
  readonly records_per_minute: number;
  /** Batches that were not answered with 200. */
  readonly failed_batches: number;
  readonly batch_p50_ms: number;
  readonly batch_p99_ms: number;
  readonly metrics_p50_ms: number;
  readonly metrics_p99_ms: number;
  readonly metrics_max_ms: number;
}

const SCRAPE_MILLISECONDS = 1000;

async function feed({ url, servers, rate, minutes }: PushClientTask): Promise<PushClientFigures> {
  const random = seededRandom(1);
  const startedAt = performance.now();
  const batches = Math.round((rate * minutes) / servers);
  const everyMilliseconds = (60_000 * servers) / rate;
  const batchTimes: number[] = [];
  const scrapeTimes: number[] = [];
  let failed = 0;
  const scraping = setInterval(async () => scrapeTimes.push(await timed(`${url}/metrics`)), SCRAPE_MILLISECONDS);
  for (let batch = 0; batch < batches; batch++) {
    const body = JSON.stringify({ records: recordsOf(servers, random) });
    const before = performance.now();
    const { status } = await fetch(`${url}/feed/data`, { method: 'POST', body }).then(async (answer) => {
      await answer.arrayBuffer();
      return answer;
    });
    batchTimes.push(performance.now() - before);
    if (status !== 200) failed++;
    const ahead = startedAt + (batch + 1) * everyMilliseconds - performance.now();
    if (ahead > 0) await sleep(ahead);
  }
  clearInterval(scraping);
  const passedMinutes = (performance.now() - startedAt) / 60_000;
  return {
    records: batches * servers,
    records_per_minute: Math.round((batches * servers) / passedMinutes),
    failed_batches: failed,
    batch_p50_ms: share(batchTimes, 0.5),
    batch_p99_ms: share(batchTimes, 0.99),
    metrics_p50_ms: share(scrapeTimes, 0.5),
    metrics_p99_ms: share(scrapeTimes, 0.99),
    metrics_max_ms: share(scrapeTimes, 1),
  };
}

function recordsOf(servers: number, random: () => number): object[] {
  const timestamp = new Date().toISOString();
  return Array.from({ length: servers }, (_, i) => ({
    ...{ timestamp, server_name: `server-${i}.bench`, status: 'healthy' },
    ...Object.fromEntries(
      METRICS.map(({ name, unit }) => [name, unit === 'connections' ? Math.floor(random() * 9) : random() * 100]),
    ),
  }));
}

async function timed(url: string): Promise<number> {
  const before = performance.now();
  await (await fetch(url)).arrayBuffer();
  return performance.now() - before;
}

/** The value that a share of them does not exceed. */
function share(times: readonly number[], part: number): number {
  const ascending = [...times].sort((a, b) => a - b);
  const value = ascending[Math.min(ascending.length - 1, Math.floor(part * ascending.length))] ?? Number.NaN;
  return Number(value.toFixed(1));
}

process.send!(await feed(JSON.parse(process.argv[2]!) as PushClientTask));
process.disconnect();

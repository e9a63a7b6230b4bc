/** What it costs to take records in: a real service without a Prometheus, fed by a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { PushClientFigures, PushClientTask } from './pushClient.js';
import { startPushService } from './pushService.js';

export interface PushFigures extends PushClientFigures {
  readonly servers: number;
  readonly minutes: number;
  /** Of the service with all its threads, its cycles included. */
  readonly cpu_seconds_per_100k_records: number;
  /** Resident memory of the service after each minute. */
  readonly rss_mb: readonly number[];
  readonly loop_delay_p99_ms: number;
  readonly loop_delay_max_ms: number;
  readonly write_ahead_mb: number;
}

const MINUTE_MILLISECONDS = 60_000;
const LOOP_RESOLUTION_MILLISECONDS = 5;

/** @param rate  records per minute */
export async function measurePush(
  { servers, rate, minutes }: Omit<PushClientTask, 'url'>,
  onProgress: (text: string) => void,
): Promise<PushFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'linborg-bench-'));
  const { service, url } = await startPushService(folder);
  const memory: number[] = [];
  const noteMemory = setInterval(() => {
    memory.push(Math.round(process.memoryUsage.rss() / 1e6));
    onProgress(`${rate} records per minute: ${memory.length} of ${minutes} minutes, ${memory.at(-1)} MB`);
  }, MINUTE_MILLISECONDS);
  try {
    const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MILLISECONDS });
    delay.enable();
    const before = process.cpuUsage();
    const client = await feed({ url, servers, rate, minutes });
    const { user, system } = process.cpuUsage(before);
    delay.disable();
    return {
      ...{ servers, minutes, ...client, rss_mb: memory },
      cpu_seconds_per_100k_records: Number(((user + system) / 1e6 / (client.records / 100_000)).toFixed(2)),
      loop_delay_p99_ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
      loop_delay_max_ms: Number((delay.max / 1e6).toFixed(1)),
      write_ahead_mb: Number((await walBytes(url)).toFixed(1)),
    };
  } finally {
    clearInterval(noteMemory);
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

/** In a process of its own, so that its work is not counted as the service's. */
async function feed(task: PushClientTask): Promise<PushClientFigures> {
  const program = fileURLToPath(new URL('./pushClient.js', import.meta.url));
  const child = fork(program, [JSON.stringify(task)]);
  const [figures] = (await once(child, 'message')) as [PushClientFigures];
  return figures;
}

async function walBytes(url: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(/^linborg_push_wal_bytes (\S+)$/m.exec(page)?.[1]) / 1e6;
}

/** What a start costs with a write-ahead file of pushed records: until doors answer, until the first cycle, and for whom it is in the way. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { METRIC_NAMES } from '../../core/metrics.js';
import type { PushRecord } from '../../core/push/record.js';
import { WriteAheadLog } from '../../sources/push/writeAheadLog.js';
import { mainThreadMilliseconds } from './clock.js';
import { startPushService } from './pushService.js';

export interface StartFigures {
  readonly servers: number;
  readonly records: number;
  readonly write_ahead_mb: number;
  /** From the start on, of the wall clock and of all threads. */
  readonly listening_seconds: number;
  readonly ready_seconds: number;
  readonly ready_cpu_seconds: number;
  /** The longest that the doors waited for the main thread, in its CPU time. */
  readonly longest_turn_cpu_ms: number;
  readonly turns_over_50_ms: number;
  readonly peak_rss_mb: number;
}

export interface StartTask {
  readonly servers: number;
  readonly megabytes: number;
}

const MINUTE_SECONDS = 60;
/** Of a record on disk with a name as here. */
const RECORD_BYTES = 81;
/** Batches that are written together. */
const BATCHES = 10;
const ASK_EVERY_MILLISECONDS = 250;
const LONG_MILLISECONDS = 50;

export async function measureStart(task: StartTask, onProgress: (text: string) => void): Promise<StartFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'linborg-bench-'));
  try {
    onProgress(`writing ${task.megabytes} MB of pushed records`);
    const { records, bytes } = await writeRecords(join(folder, 'push'), task);
    onProgress(`starting with ${Math.round(bytes / 1e6)} MB of pushed records`);
    return { servers: task.servers, records, write_ahead_mb: Math.round(bytes / 1e6), ...(await timeStart(folder)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A record of each server every minute, up to now. */
async function writeRecords(folder: string, { servers, megabytes }: StartTask) {
  const now = Date.now() / 1000;
  const nothing = () => {};
  const events = { onSynced: nothing, onWriteFailed: nothing, onSize: nothing, onDropped: nothing, onTorn: nothing };
  const log = await WriteAheadLog.open(
    { folder, maxBytes: 2e6 * megabytes, historySeconds: Number.MAX_SAFE_INTEGER },
    { ...events, onUnreadable: nothing },
  );
  const minutes = Math.floor((megabytes * 1e6) / RECORD_BYTES / servers);
  for (let minute = minutes; minute > 0; minute -= BATCHES) {
    const batches = Array.from({ length: Math.min(BATCHES, minute) }, (_, i) =>
      Array.from({ length: servers }, (_, server) => recordAt(server, now - (minute - i) * MINUTE_SECONDS)),
    );
    await Promise.all(batches.map((records) => log.append(records, now)));
  }
  const { bytes } = log;
  await log.close();
  return { records: minutes * servers, bytes };
}

function recordAt(server: number, timestamp: number): PushRecord {
  const figures = METRIC_NAMES.map(
    (metric, i) => [metric, (server + 7 * i + Math.floor(timestamp / 60)) % 97] as const,
  );
  const name = `ppdb-${String(server).padStart(6, '0')}`;
  return { timestamp, server_name: name, status: 'healthy', profile: undefined, ...Object.fromEntries(figures) };
}

async function timeStart(folder: string) {
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  const seconds = () => Number(((performance.now() - startedAt) / 1000).toFixed(1));
  const turns = watchTurns();
  const { service, url } = await startPushService(folder);
  const listening = seconds();
  while ((await fetch(`${url}/-/ready`)).status !== 200) await sleep(ASK_EVERY_MILLISECONDS);
  const ready = seconds();
  const { user, system } = process.cpuUsage(cpuBefore);
  const { longest, long } = turns.stop();
  await service.stop();
  return {
    listening_seconds: listening,
    ready_seconds: ready,
    ready_cpu_seconds: Number(((user + system) / 1e6).toFixed(1)),
    longest_turn_cpu_ms: Number(longest.toFixed(1)),
    turns_over_50_ms: long,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** CPU time of the main thread between two looks at it, a millisecond apart where it lets somebody look: that of a turn, where it is longer. */
function watchTurns() {
  let [longest, long, before] = [0, 0, mainThreadMilliseconds()];
  const look = setInterval(() => {
    const now = mainThreadMilliseconds();
    longest = Math.max(longest, now - before);
    if (now - before > LONG_MILLISECONDS) long++;
    before = now;
  }, 1);
  return {
    stop: () => {
      clearInterval(look);
      return { longest, long };
    },
  };
}

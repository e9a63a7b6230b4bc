import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { rawRecord } from '../../core/push/records.js';
import { writePushConfiguration } from '../fixtures/push.js';
import { scrape, serversOf, until } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

const SERVERS = Array.from(
  { length: 20 },
  (_, i) => `${['ppdb', 'ppml', 'ppweb', 'ppetl'][i % 4]}${String(i).padStart(3, '0')}`,
);
/** One record a minute and server: the default warm-up is over after two and a half hours. */
const MINUTES = 150;
/** A batch holds so many minutes: time is compressed. */
const MINUTES_PER_BATCH = 10;
const TRIES = 3;

interface FeedAnswer {
  readonly status: string;
  readonly accepted: number;
  readonly progress?: string;
  readonly warmup_complete: boolean;
  readonly servers_ready: number;
  readonly rolling_window_size: number;
}

/**
 * A client as those of the older daemons are: it sends what it has and waits for so long; after a timeout it sends the same
 * again. Here every third batch times out once, after the daemon has got it in whole.
 */
class OldClient {
  readonly #url: string;
  /** Second generation: with a status and a profile in each record. */
  readonly #isSecond: boolean;
  timeouts = 0;

  constructor(url: string, isSecond: boolean) {
    this.#url = url;
    this.#isSecond = isSecond;
  }

  async feed(records: readonly unknown[], doesTimeOut: boolean): Promise<FeedAnswer> {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const answer = await this.#post(records, doesTimeOut && attempt === 1);
      if (answer !== undefined) return answer;
      this.timeouts++;
    }
    throw new Error(`no answer after ${TRIES} tries`);
  }

  record(server_name: string, minutesAgo: number, now: number): Record<string, unknown> {
    const iso = new Date(now - minutesAgo * 60_000).toISOString();
    const { status, ...metrics } = rawRecord({ server_name, cpu_user_pct: 30 + 10 * Math.sin(minutesAgo / 9) });
    // The first generation writes local times of UTC machines, as Python's isoformat does.
    if (!this.#isSecond) return { ...metrics, timestamp: iso.replace('Z', '000') };
    return { ...metrics, timestamp: iso, status, profile: 'Database' };
  }

  /** @returns undefined after a timeout */
  #post(records: readonly unknown[], doesTimeOut: boolean): Promise<FeedAnswer | undefined> {
    const body = JSON.stringify({ records });
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}/feed/data`, { method: 'POST', headers }, async (response) => {
        // It has worked on the batch, and its answer is lost.
        if (doesTimeOut) {
          response.destroy();
          resolve(undefined);
          return;
        }
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part as Buffer);
        if (response.statusCode === 200) resolve(JSON.parse(Buffer.concat(parts).toString()) as FeedAnswer);
        else reject(new Error(`${response.statusCode}: ${Buffer.concat(parts)}`));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

describe.each([
  { generation: 'first', isSecond: false },
  { generation: 'second', isSecond: true },
])('a client of the $generation generation', ({ isSecond }) => {
  it('feeds twenty servers through the warm-up to forecasts, and its retries leave no trace', async () => {
    const { url } = await startService(writePushConfiguration({ push: { enabled: true } }));
    const client = new OldClient(url, isSecond);
    const now = Date.now();
    const answers: FeedAnswer[] = [];
    for (let sent = 0; sent < MINUTES; sent += MINUTES_PER_BATCH) {
      const minutes = Array.from({ length: MINUTES_PER_BATCH }, (_, i) => MINUTES - 1 - sent - i);
      const records = minutes.flatMap((ago) => SERVERS.map((server) => client.record(server, ago, now)));
      answers.push(await client.feed(records, (sent / MINUTES_PER_BATCH) % 3 === 0));
    }
    expect(client.timeouts).toBe(5);
    expect(answers.every(({ accepted }) => accepted === SERVERS.length * MINUTES_PER_BATCH)).toBe(true);
    expect(answers.slice(0, -1).every(({ status }) => status === 'warming_up')).toBe(true);
    expect(answers[4]!.progress).toBe('33% (need 150 records minimum)');
    expect(answers.at(-1)).toMatchObject({
      ...{ status: 'accepted', warmup_complete: true, servers_ready: SERVERS.length },
      // Each record once, however often it was sent.
      rolling_window_size: SERVERS.length * MINUTES,
    });

    await until(
      async () => serversOf(await scrape(url), 'linborg_forecast_value'),
      (forecast) => SERVERS.every((server) => forecast.includes(server)),
    );
    const current = (await (await fetch(`${url}/predictions/current`)).json()) as Answer;
    for (const server of SERVERS) {
      const { cpu_user_pct: cpu, profile } = current.predictions[server]!;
      expect(cpu.p50).toHaveLength(96);
      // The mean of the newest five minutes, in which each record counts once.
      expect(cpu.current).toBeGreaterThan(20);
      expect(cpu.current).toBeLessThan(45);
      expect(profile === 'Database').toBe(isSecond || server.startsWith('ppdb'));
    }
  });
});

interface Answer {
  readonly predictions: Readonly<Record<string, Prediction>>;
}

interface Prediction {
  readonly profile: string;
  readonly cpu_user_pct: { readonly current: number; readonly p50: readonly number[] };
}

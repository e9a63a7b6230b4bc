/** Every server's window: what came in, aligned to buckets, ready to be read as frames. */
import { asFloat32 } from '../core/float32.js';
import type { Frame, SampleBatch, SampleSeries } from '../core/flow.js';
import { isMetricName } from '../core/metrics.js';
import { type Profile, profileOf } from '../core/profiles.js';
import type { WindowOptions } from './options.js';
import { assessQuality, assessState } from './quality.js';
import { RecentMeans, type SampleGroup } from './recentMeans.js';
import { ServerRing } from './ring.js';

/** What one batch did to the windows; every sample is in exactly one of the counts. */
export interface IngestSummary {
  /** Finite samples that entered a bucket. */
  stored: number;
  /** Non-finite ones: "the source says none". In a batch of `buckets` they empty their bucket. */
  absent: number;
  /** Dropped, older than the window. */
  tooOld: number;
  /** Rejected, further ahead of the collection time than clock skew explains. */
  ahead: number;
  /** Dropped, of servers that there is no place for. */
  turnedAway: number;
  /** Servers that were not known before. */
  readonly newServers: string[];
}

/** One server, with what the ring alone does not know. */
interface ServerWindow {
  /** By its name alone. */
  readonly profile: Profile;
  readonly ring: ServerRing;
  means: RecentMeans | undefined;
  /** Epoch seconds of the newest sample of one of the 14 metrics. */
  lastServerSampleAt: number;
  /** Epoch seconds of the newest sample of an extra target. */
  lastExtraSampleAt: number;
}

/** Which samples the window has a place for. */
interface Gate {
  readonly stepSeconds: number;
  /** Epoch seconds. */
  readonly latestTime: number;
  readonly oldestBucket: number;
}

/** A run of raw samples of one bucket that is still being read. */
type OpenGroup = { -readonly [key in keyof SampleGroup]: SampleGroup[key] } & { readonly bucket: number };

/** Maps, strings and objects of a window besides its typed arrays; measured, rounded up. */
const OBJECT_BYTES = 4096;
const DAY_SECONDS = 86_400;

/** Keeps the windows of all servers; samples may come late, twice, or out of order. */
export class WindowStore {
  readonly #options: WindowOptions;
  readonly #capacity: number;
  readonly #windows = new Map<string, ServerWindow>();
  /** Servers that there was no place for since silent ones were last forgotten. */
  readonly #turnedAway = new Set<string>();

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#capacity = Math.round(options.historySeconds / options.stepSeconds);
  }

  /** Number of servers. */
  get size(): number {
    return this.#windows.size;
  }

  /** Takes the samples of a batch in. A fault in one costs that one only. */
  ingest(batch: SampleBatch): IngestSummary {
    const summary: IngestSummary = { stored: 0, absent: 0, tooOld: 0, ahead: 0, turnedAway: 0, newServers: [] };
    for (const series of batch.series) {
      if (!this.#hasPlaceFor(series.server)) {
        summary.turnedAway += series.times.length;
        continue;
      }
      switch (batch.kind) {
        case 'buckets':
          this.#ingestBuckets(series, batch.at, summary);
          break;
        case 'samples':
          this.#ingestSamples(series, batch.at, summary);
          break;
      }
    }
    return summary;
  }

  /** One frame per server, in the order in which they appeared. The values are views: no sample is copied. */
  frames(at: number): Frame[] {
    const frames: Frame[] = [];
    for (const [server, window] of this.#windows) frames.push(this.#frameOf(server, window, at));
    return frames;
  }

  /** One server's frame, undefined if it is unknown. */
  frame(server: string, at: number): Frame | undefined {
    const window = this.#windows.get(server);
    return window === undefined ? undefined : this.#frameOf(server, window, at);
  }

  /**
   * Throws away the windows of servers that were silent for `forgetAfterSeconds`, and names them. Where others were turned away,
   * as many stale ones give up their places, the longest silent first.
   */
  forgetSilent(at: number): string[] {
    const { forgetAfterSeconds, staleAfterSeconds } = this.#options;
    const silences = [...this.#windows].map(([server, window]) => ({ server, seconds: at - lastSampleAt(window) }));
    const stale = silences.filter(({ seconds }) => seconds > staleAfterSeconds).sort((a, b) => b.seconds - a.seconds);
    const wanted = this.#turnedAway.size;
    this.#turnedAway.clear();
    const forgotten = stale.filter(({ seconds }, i) => i < wanted || seconds > forgetAfterSeconds);
    for (const { server } of forgotten) this.#windows.delete(server);
    return forgotten.map(({ server }) => server);
  }

  /** Memory of the largest window, all told. */
  get bytesPerServer(): number {
    let largest = 0;
    for (const { ring, means } of this.#windows.values()) {
      largest = Math.max(largest, ring.byteLength + (means?.byteLength ?? 0) + OBJECT_BYTES);
    }
    return largest;
  }

  #frameOf(server: string, window: ServerWindow, at: number): Frame {
    const { ring, profile } = window;
    const quality = assessQuality(ring, lastSampleAt(window), this.#options);
    return {
      server,
      profile,
      stepSeconds: this.#options.stepSeconds,
      newest: ring.newest,
      capacity: this.#capacity,
      metrics: ring.metrics,
      values: ring.values,
      state: assessState(ring, quality, at, this.#options),
      quality,
    };
  }

  #ingestBuckets(series: SampleSeries, at: number, summary: IngestSummary): void {
    const gate = this.#gateOf(series.server, at);
    let window = this.#windows.get(series.server);
    let row = window?.ring.rowOf(series.metric);
    for (let i = 0; i < series.times.length; i++) {
      const bucket = admit(series.times[i]!, gate, summary);
      if (bucket === undefined) continue;
      const value = asFloat32(series.values[i]!);
      if (Number.isNaN(value)) {
        summary.absent++;
        if (window !== undefined && row !== undefined) empty(window, row, bucket);
        continue;
      }
      summary.stored++;
      window ??= this.#addWindow(series.server, summary);
      row ??= window.ring.ensureRow(series.metric);
      window.means?.forget(row, bucket);
      window.ring.advance(bucket);
      window.ring.write(row, bucket, value);
      // The newest sample in the bucket is no newer than its end, nor than the moment of collection.
      const bucketEnd = (bucket + 1) * this.#options.stepSeconds;
      noteSample(window, series.metric, Math.min(bucketEnd, at));
    }
  }

  #ingestSamples(series: SampleSeries, at: number, summary: IngestSummary): void {
    const gate = this.#gateOf(series.server, at);
    let open: OpenGroup | undefined;
    for (let i = 0; i < series.times.length; i++) {
      const time = series.times[i]!;
      const bucket = admit(time, gate, summary);
      if (bucket === undefined) continue;
      const value = series.values[i]!;
      if (Number.isNaN(asFloat32(value))) {
        summary.absent++;
        continue;
      }
      summary.stored++;
      if (bucket !== open?.bucket) {
        if (open !== undefined) this.#close(series, open, at, summary);
        open = { bucket, sum: 0, count: 0, lastTime: time, lastValue: value };
      }
      open.sum += value;
      open.count++;
      open.lastTime = time;
      open.lastValue = value;
    }
    if (open !== undefined) this.#close(series, open, at, summary);
  }

  /** Averages a run of raw samples into its bucket. */
  #close(series: SampleSeries, group: OpenGroup, at: number, summary: IngestSummary): void {
    const window = this.#windows.get(series.server) ?? this.#addWindow(series.server, summary);
    const row = window.ring.ensureRow(series.metric);
    window.means ??= new RecentMeans();
    window.ring.advance(group.bucket);
    window.ring.write(row, group.bucket, window.means.add(row, group.bucket, group));
    noteSample(window, series.metric, Math.min(group.lastTime, at));
  }

  /** Notes who is turned away, no more of them than there are places. */
  #hasPlaceFor(server: string): boolean {
    const { maxServers } = this.#options;
    if (this.#windows.has(server) || this.#windows.size < maxServers) return true;
    if (this.#turnedAway.size < maxServers) this.#turnedAway.add(server);
    return false;
  }

  #gateOf(server: string, at: number): Gate {
    const { stepSeconds, maxAheadSeconds } = this.#options;
    const newest = Math.max(Math.floor(at / stepSeconds), this.#windows.get(server)?.ring.newest ?? 0);
    return { stepSeconds, latestTime: at + maxAheadSeconds, oldestBucket: Math.max(0, newest - this.#capacity + 1) };
  }

  #addWindow(server: string, summary: IngestSummary): ServerWindow {
    const dayBuckets = Math.round(DAY_SECONDS / this.#options.stepSeconds);
    const window: ServerWindow = {
      profile: profileOf(server, this.#options.profiles),
      ring: new ServerRing(this.#capacity, dayBuckets),
      means: undefined,
      lastServerSampleAt: Number.NEGATIVE_INFINITY,
      lastExtraSampleAt: Number.NEGATIVE_INFINITY,
    };
    this.#windows.set(server, window);
    summary.newServers.push(server);
    return window;
  }
}

/** An extra target keeps no server alive: it may come from elsewhere. Where there is nothing else, it is all that counts. */
function lastSampleAt({ lastServerSampleAt, lastExtraSampleAt }: ServerWindow): number {
  return lastServerSampleAt === Number.NEGATIVE_INFINITY ? lastExtraSampleAt : lastServerSampleAt;
}

/** @param at  epoch seconds of the sample */
function noteSample(window: ServerWindow, metric: string, at: number): void {
  if (isMetricName(metric)) window.lastServerSampleAt = Math.max(window.lastServerSampleAt, at);
  else window.lastExtraSampleAt = Math.max(window.lastExtraSampleAt, at);
}

/** Index of the bucket of a sample, or undefined, counted, if the window has no place for it. */
function admit(time: number, gate: Gate, summary: IngestSummary): number | undefined {
  // Written so that a NaN time is rejected too.
  if (!(time <= gate.latestTime)) {
    summary.ahead++;
    return undefined;
  }
  const bucket = Math.floor(time / gate.stepSeconds);
  if (bucket >= gate.oldestBucket) return bucket;
  summary.tooOld++;
  return undefined;
}

/** The source takes a bucket back. */
function empty(window: ServerWindow, row: number, bucket: number): void {
  if (bucket > window.ring.newest) return;
  window.means?.forget(row, bucket);
  window.ring.write(row, bucket, Number.NaN);
}

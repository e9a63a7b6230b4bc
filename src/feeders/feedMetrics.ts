/** What a feeder says of itself on /metrics. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { MetricName } from '../core/metrics.js';
import type { Outcome } from './delivery/door.js';
import type { DocumentUse } from './records/recordBuilder.js';

export class FeedMetrics {
  readonly registry = new Registry();
  readonly #reads: Counter;
  readonly #readsFailed: Counter;
  readonly #documents: Counter;
  readonly #unused: Counter<'reason'>;
  readonly #built: Counter;
  readonly #implausible: Counter<'metric'>;
  readonly #posts: Counter;
  readonly #postsFailed: Counter<'reason'>;
  readonly #sent: Counter;
  readonly #rejected: Counter;
  readonly #damaged: Counter;
  #newestSentAt: number | undefined;
  #lastReadAt: number | undefined;

  /** @param clock  epoch seconds now */
  constructor(clock: () => number, maxBufferBytes: number) {
    const registers = [this.registry];
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Counter({ name: `linborg_feed_${name}`, help, labelNames, registers });
    collectDefaultMetrics({ register: this.registry });
    this.#reads = counter('reads_total', 'Reads of the other system, failed ones included.');
    this.#readsFailed = counter('reads_failed_total', 'Reads of the other system that failed; they are tried again.');
    this.#documents = counter('documents_read_total', 'Documents, rows or lines read.');
    this.#unused = counter(
      'documents_unused_total',
      'Documents that nothing was taken from, by reason; no_metric is usual where a system holds more than this.',
      'reason',
    );
    this.#built = counter('records_built_total', 'Records put together; one that a late part changed counts again.');
    this.#implausible = counter(
      'values_implausible_total',
      'Values that can be none of their metric, such as 250 %, and were left out.',
      'metric',
    );
    this.#posts = counter('posts_total', 'Requests to linborg, failed ones included.');
    this.#postsFailed = counter(
      'posts_failed_total',
      'Requests to linborg that it did not accept, by reason: away, invalid, too_large, refused.',
      'reason',
    );
    this.#sent = counter('records_sent_total', 'Records that linborg accepted.');
    this.#rejected = counter('records_rejected_total', 'Records that linborg refused and that were left out.');
    this.#damaged = counter('buffer_damaged_bytes_total', 'Bytes of the buffer that could not be read any more.');
    this.#addGauge('buffer_max_bytes', 'From here on reading waits.', () => maxBufferBytes);
    this.#addGauge(
      'lag_seconds',
      'Age of the newest record that linborg has; absent before the first one.',
      () => this.#newestSentAt && clock() - this.#newestSentAt,
    );
    this.#addGauge(
      'last_read_timestamp_seconds',
      'When the other system was last read without a fault; absent before.',
      () => this.#lastReadAt,
    );
  }

  watchBuffer(bytes: () => number): void {
    this.#addGauge('buffer_bytes', 'Records that wait for linborg.', bytes);
  }

  /** @param at  epoch seconds now */
  read(documents: number, unreadable: number, at: number): void {
    this.#reads.inc();
    this.#documents.inc(documents + unreadable);
    if (unreadable > 0) this.#unused.inc({ reason: 'unreadable' }, unreadable);
    this.#lastReadAt = at;
  }

  readFailed(): void {
    this.#reads.inc();
    this.#readsFailed.inc();
  }

  used(use: DocumentUse): void {
    if (use !== 'used') this.#unused.inc({ reason: use });
  }

  built(records: number): void {
    this.#built.inc(records);
  }

  implausible(metric: MetricName): void {
    this.#implausible.inc({ metric });
  }

  posted(outcome: Outcome['kind']): void {
    this.#posts.inc();
    if (outcome !== 'accepted') this.#postsFailed.inc({ reason: outcome });
  }

  /** @param newestAt  epoch seconds of the newest of them */
  sent(records: number, newestAt: number): void {
    this.#sent.inc(records);
    this.#newestSentAt = Math.max(this.#newestSentAt ?? newestAt, newestAt);
  }

  rejected(records: number): void {
    this.#rejected.inc(records);
  }

  damaged(bytes: number): void {
    this.#damaged.inc(bytes);
  }

  #addGauge(name: string, help: string, value: () => number | undefined): void {
    new Gauge({
      name: `linborg_feed_${name}`,
      help,
      registers: [this.registry],
      collect() {
        const now = value();
        this.remove();
        if (now !== undefined) this.set(now);
      },
    });
  }
}

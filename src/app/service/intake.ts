/** What comes in: sources are pulled, their samples go into the windows, and the windows are told as frames. */
import type { Logger } from 'pino';
import { SourceError } from '../../core/errors.js';
import type { Frame, SampleBatch } from '../../core/flow.js';
import type { ServerLabels } from '../../core/serverLabels.js';
import { PUSH_SOURCE } from '../../sources/push/pushSource.js';
import type { PullEvent, PullSummary, Source } from '../../sources/source.js';
import type { WindowOptions } from '../../windows/options.js';
import { type IngestSummary, WindowStore } from '../../windows/store.js';
import type { Maintenance } from './maintenance.js';
import { Precedence } from './precedence.js';
import type { ServerProfiles } from './serverProfiles.js';

/** What the exporter counts of a pull. */
export interface IntakeEvents {
  readonly onPull: (summary: PullSummary) => void;
  readonly onDropped: (reason: 'too_old' | 'ahead' | 'max_servers', count: number) => void;
  /** While history loads: pieces of work done, of a total. */
  readonly onHistory: (source: string, done: number, total: number) => void;
}

/** Records that clients push, as far as the windows are concerned. */
export interface PushedRecords {
  /** A source of their own for each pipeline. @param windows  of that pipeline */
  source(windows: WindowOptions): Source;
  /** The frame of a server that is pushed and not pulled: not warm before it has the records that it needs. */
  judge(frame: Frame): Frame;
}

export interface IntakeParts {
  readonly windows: WindowOptions;
  readonly sources: readonly Source[];
  readonly push: PushedRecords | undefined;
  readonly profiles: ServerProfiles;
  readonly maintenance: Maintenance;
  readonly log: Logger;
  /** The windows are about to change. */
  readonly onChange: () => void;
}

export class Intake {
  readonly #parts: IntakeParts;
  readonly #events: IntakeEvents;
  readonly #store: WindowStore;
  readonly #precedence: Precedence;
  /** Per source: epoch seconds up to which it has been read; undefined before its history came. */
  readonly #readUntil = new Map<Source, number>();
  /** Labels that each source passes through, by server. */
  readonly #labels = new Map<Source, ReadonlyMap<string, ServerLabels>>();
  #isClosed = false;
  /** Whether servers were turned away since the silent ones were last forgotten, and whether that was told. */
  #isFull = false;
  #toldFull = false;

  constructor(parts: IntakeParts, events: IntakeEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#store = new WindowStore(parts.windows);
    this.#precedence = new Precedence(parts.windows.staleAfterSeconds);
  }

  /** Whether the next pull reads a whole history. */
  get isFirst(): boolean {
    return this.#parts.sources.some((source) => !this.#readUntil.has(source));
  }

  /**
   * Takes in what is new in every source; a source that fails says so in its summary. What is pushed comes last: it gives way
   * to what is pulled.
   */
  async pull(now: number): Promise<PullSummary[]> {
    const { sources } = this.#parts;
    const asked = sources.filter(({ name }) => name !== PUSH_SOURCE);
    const pushed = sources.filter(({ name }) => name === PUSH_SOURCE);
    const summaries = await Promise.all(asked.map((source) => this.#pull(source, now)));
    for (const source of pushed) summaries.push(await this.#pull(source, now));
    return summaries;
  }

  /** Takes in samples that come from no source. */
  ingest(batch: SampleBatch): void {
    this.#countDropped(this.#store.ingest(batch));
  }

  /** The servers that have been silent for so long that they are forgotten now. */
  forgetSilent(at: number): readonly string[] {
    this.#tellFull();
    const forgotten = this.#store.forgetSilent(at);
    for (const server of forgotten) {
      this.#precedence.forget(server);
      this.#parts.profiles.forget(server);
    }
    return forgotten;
  }

  /** All servers as they are at epoch second `at`, with profile and maintenance. */
  frames(at: number): Frame[] {
    const { push, profiles, maintenance } = this.#parts;
    const frames = profiles.dress(this.#store.frames(at));
    if (push === undefined) return maintenance.mark(frames);
    return maintenance.mark(frames.map((frame) => (this.isPulled(frame.server, at) ? frame : push.judge(frame))));
  }

  /** One window as it is, of a server or another subject. */
  frame(subject: string, at: number): Frame | undefined {
    return this.#store.frame(subject, at);
  }

  /** Labels of the first source that passes some through for this server. */
  labelsOf(server: string): ServerLabels | undefined {
    return this.#parts.sources
      .map((source) => this.#labels.get(source)?.get(server))
      .find((labels) => labels !== undefined);
  }

  /** Whether a server's samples come from a source that is asked, at epoch second `at`. */
  isPulled(server: string, at: number): boolean {
    return this.#precedence.isPulled(server, at);
  }

  /** Ends pulls under way; nothing is told of them. */
  close(): void {
    this.#isClosed = true;
    for (const source of this.#parts.sources) source.close();
  }

  async #pull(source: Source, now: number): Promise<PullSummary> {
    const readUntil = this.#readUntil.get(source);
    const { historySeconds, stepSeconds } = this.#parts.windows;
    const events =
      readUntil === undefined
        ? // The newest, partial bucket is one of the window's.
          source.history(now, historySeconds - stepSeconds)
        : source.increment(Math.floor(readUntil / stepSeconds) * stepSeconds - stepSeconds, now);
    const summary = await this.#takeIn(source, events);
    if (summary.outage === undefined) this.#readUntil.set(source, summary.at);
    if (summary.labels !== undefined) this.#labels.set(source, summary.labels);
    if (summary.askedLabels !== undefined) this.#parts.profiles.tellLabels(source.name, summary.askedLabels);
    if (!this.#isClosed) this.#events.onPull(summary);
    return summary;
  }

  async #takeIn(source: Source, events: AsyncIterable<PullEvent>): Promise<PullSummary> {
    for await (const event of events) {
      if (event.kind === 'summary') return event.summary;
      this.#parts.onChange();
      this.#sort(event.batch);
      if (!this.#readUntil.has(source)) this.#events.onHistory(source.name, event.done, event.total);
    }
    throw new SourceError(`${source.name} ended its answer without a summary`);
  }

  /** Samples into the windows, and what records say of their servers to who wants to know. */
  #sort(batch: SampleBatch): void {
    const { push, profiles, maintenance } = this.#parts;
    const isPushed = batch.source === PUSH_SOURCE;
    // Nobody gives way where nobody pushes.
    if (!isPushed && push) this.#precedence.note(batch);
    this.ingest(isPushed ? this.#precedence.yielding(batch) : batch);
    for (const [server, { maintenance: spans, profile }] of batch.notes ?? []) {
      if (profile !== undefined) profiles.tellRecord(server, profile);
      if (spans.length > 0) maintenance.observe(server, spans);
    }
  }

  /** Once per change. */
  #tellFull(): void {
    const { log, windows } = this.#parts;
    if (this.#isFull !== this.#toldFull) {
      if (this.#isFull)
        log.warn(
          { maxServers: windows.maxServers },
          'servers are turned away: raise max_servers, or look for a label with values without end',
        );
      else log.info('no server is turned away any more');
    }
    this.#toldFull = this.#isFull;
    this.#isFull = false;
  }

  #countDropped({ tooOld, ahead, turnedAway, newServers }: IngestSummary): void {
    this.#isFull ||= turnedAway > 0;
    if (turnedAway > 0) this.#events.onDropped('max_servers', turnedAway);
    if (tooOld > 0) this.#events.onDropped('too_old', tooOld);
    if (ahead > 0) this.#events.onDropped('ahead', ahead);
    for (const server of newServers) this.#parts.log.debug({ server }, 'server appeared');
  }
}

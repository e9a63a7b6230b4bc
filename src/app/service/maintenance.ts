/** Planned maintenance in service: known before each cycle's forecasts, remembered over restarts, told to who learns. */

import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import type { Frame } from '../../core/flow.js';
import type { Profile } from '../../core/profiles.js';
import type { TimeSpan } from '../../core/timeSpan.js';
import type { MaintenanceStatus } from '../../exposition/cycleView.js';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import type { Source } from '../../sources/source.js';
import { MaintenanceBook, type PastMaintenance } from '../../windows/maintenance.js';
import { PUSHED_STATUS } from '../../windows/maintenanceOptions.js';
import { oneAtATime } from '../oneAtATime.js';
import { maintenanceFile, readPastMaintenance, writePastMaintenance } from './maintenanceFile.js';
import { MaintenanceQueries } from './maintenanceQueries.js';

export interface MaintenanceParts {
  readonly config: Config;
  /** One per entry of `sources:`, in its order. */
  readonly sources: readonly Source[];
  readonly log: Logger;
  /** Whether clients push, and may say it in the status of their records. */
  readonly isPushed: boolean;
  /** Now; it may change. */
  readonly profileOf: (server: string) => Profile;
  /** Takes the data folder before the file is written; rejects where another linborg has it. */
  readonly takeFolder: () => Promise<void>;
  /** What a pipeline before this one knew; without, the file in the data folder tells. */
  readonly past?: readonly PastMaintenance[];
}

type NamedServer = Pick<Frame, 'server' | 'profile'>;

const DAY_SECONDS = 86_400;
/** What a crash may cost; a schedule is worked out again, and an expression asked again, anyway. */
const SAVE_EVERY_SECONDS = 600;

export class Maintenance {
  readonly #book: MaintenanceBook;
  readonly #queries: MaintenanceQueries;
  readonly #path: string;
  readonly #takeFolder: () => Promise<void>;
  readonly #log: Logger;
  #lastStatus: readonly MaintenanceStatus[] = [];
  #saved = '';
  #savedAt = Number.NEGATIVE_INFINITY;
  #canSave = true;
  /** The end of a service may write while a cycle does. */
  readonly #exclusive = oneAtATime();

  private constructor(parts: MaintenanceParts, past: readonly PastMaintenance[]) {
    const { config, sources, log } = parts;
    const { windows, maintenance, cycleSeconds, retrain } = config;
    const { stepSeconds } = windows;
    const depthSeconds = Math.max(windows.historySeconds, retrain.days * DAY_SECONDS);
    this.#log = log;
    this.#path = maintenanceFile(retrain.dataFolder);
    this.#takeFolder = parts.takeFolder;
    const observed = parts.isPushed ? [PUSHED_STATUS] : [];
    this.#book = new MaintenanceBook({ windows: maintenance, observed, depthSeconds, past });
    const asked = config.sources.map(({ prometheus }, i) => ({
      source: sources[i]!,
      serverLabel: prometheus.server_label,
    }));
    const book = this.#book;
    const times = { cycleSeconds, stepSeconds, depthSeconds };
    this.#queries = new MaintenanceQueries({
      windows: maintenance,
      sources: asked,
      book,
      profileOf: parts.profileOf,
      log,
      ...times,
    });
  }

  /** Knows what is remembered. A file that cannot be read costs its own knowledge only. */
  static async open(parts: MaintenanceParts): Promise<Maintenance> {
    if (parts.past !== undefined) return new Maintenance(parts, parts.past);
    const path = maintenanceFile(parts.config.retrain.dataFolder);
    const past = await readPastMaintenance(path).catch((error: Error) => {
      parts.log.warn({ reason: error.message }, 'past maintenance is not known');
      return [];
    });
    return new Maintenance(parts, past);
  }

  /** Learns what there is to know up to epoch second `at`; asks only sources that can be reached. */
  async update(at: number, isReached: (source: Source) => boolean): Promise<void> {
    this.#book.advance(at);
    await this.#queries.ask(at, isReached);
  }

  /** Takes in when a server was in maintenance by the status of its pushed records. */
  observe(server: string, spans: readonly TimeSpan[]): void {
    this.#book.observe(PUSHED_STATUS, server, spans);
  }

  /** The same frames, with their maintenance. */
  mark(frames: readonly Frame[]): Frame[] {
    return this.#book.mark(frames);
  }

  /** How many servers each window covers now, in the order of the configuration, then what clients say; says when that begins and ends. */
  status(servers: readonly NamedServer[], at: number): readonly MaintenanceStatus[] {
    const unanswered = this.#queries.unanswered();
    const status = [...this.#book.covered(servers, at)]
      .filter(([window]) => !unanswered.has(window))
      .map(([window, count]) => ({ window, servers: count }));
    for (const { window, servers: count } of status) {
      const before = this.#lastStatus.find((last) => last.window === window)?.servers ?? 0;
      if (count > 0 && before === 0) this.#log.info({ window, servers: count }, 'maintenance began');
      if (count === 0 && before > 0) this.#log.info({ window }, 'maintenance ended');
    }
    this.#lastStatus = status;
    return status;
  }

  /** What must not be learnt from, as of epoch second `at`. */
  excluded(servers: readonly NamedServer[], at: number): ExcludedSpan[] {
    return this.past(at).flatMap(({ window, servers: who, from, to }) => {
      const span = { from, to, reason: `maintenance ${window}` };
      if (typeof who === 'string') return [{ server: who, ...span }];
      if (who.written === '.*') return [{ server: '*', ...span }];
      return servers
        .filter(({ server, profile }) => who.matches(server, profile))
        .map(({ server }) => ({ server, ...span }));
    });
  }

  past(at: number): PastMaintenance[] {
    return this.#book.past(at);
  }

  /** Writes down what is known, every ten minutes at most, one write after the other. Never throws: a restart then knows less. */
  save(at: number, isDue = at - this.#savedAt >= SAVE_EVERY_SECONDS): Promise<void> {
    return this.#exclusive(() => this.#save(at, isDue));
  }

  async #save(at: number, isDue: boolean): Promise<void> {
    const past = isDue ? this.past(at) : [];
    const summary = JSON.stringify([past.length, past.reduce((sum, { from, to }) => sum + to - from, 0)]);
    if (past.length === 0 || summary === this.#saved) return;
    try {
      await this.#takeFolder();
      await writePastMaintenance(this.#path, past);
      this.#saved = summary;
      this.#savedAt = at;
      this.#canSave = true;
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#canSave)
        this.#log.warn({ reason }, 'past maintenance cannot be written down; a restart may not know of it');
      this.#canSave = false;
    }
  }
}

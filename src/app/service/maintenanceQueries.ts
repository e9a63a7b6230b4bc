/** Maintenance windows that a PromQL expression tells: asked in every cycle, at the start and after a gap also for the past. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Profile } from '../../core/profiles.js';
import type { TimeSpan } from '../../core/timeSpan.js';
import type { RecordedSeries, Source } from '../../sources/source.js';
import type { MaintenanceBook } from '../../windows/maintenance.js';
import type { MaintenanceWindow } from '../../windows/options.js';

/** A source and the label of its servers. */
export interface AskedSource {
  readonly source: Source;
  readonly serverLabel: string;
}

export interface MaintenanceQueriesParts {
  readonly windows: readonly MaintenanceWindow[];
  readonly sources: readonly AskedSource[];
  readonly book: MaintenanceBook;
  readonly profileOf: (server: string) => Profile;
  readonly log: Logger;
  /** A cycle's length: an answer holds until the next one. */
  readonly cycleSeconds: number;
  /** Resolution and length of the past that is asked for. */
  readonly stepSeconds: number;
  readonly depthSeconds: number;
}

interface Question extends AskedSource {
  readonly window: MaintenanceWindow;
  readonly expr: string;
  /** Epoch seconds of the last answer; undefined before the first. */
  answeredAt: number | undefined;
  /** Who was in maintenance by the last answer. */
  servers: readonly string[];
  /** Parts of the past that are not known yet, the newest first. */
  owed: TimeSpan[];
  /** What is wrong with it; undefined while all is well. */
  trouble: string | undefined;
  isUnderWay: boolean;
}

/** Points in one answer: eight days of five minutes, which every Prometheus-compatible API lets pass. */
const MAX_POINTS = 2304;
/** The last answer holds for so long while the question fails: longer than a restart, shorter than anybody's patience. */
const HOLD_SECONDS = 600;
/** Share of a cycle that the cycle waits for answers; a late one counts from the next cycle on. */
const PATIENCE = 0.25;

export class MaintenanceQueries {
  readonly #parts: MaintenanceQueriesParts;
  readonly #questions: Question[];

  constructor(parts: MaintenanceQueriesParts) {
    this.#parts = parts;
    this.#questions = parts.windows.flatMap((window) => {
      const { when } = window;
      if (when.kind !== 'expression') return [];
      return parts.sources.map((asked) => newQuestion(asked, window, when.expr));
    });
  }

  /** Asks what is not known yet up to epoch second `at`. Never throws: what cannot be answered is said, once. */
  async ask(at: number, isReached: (source: Source) => boolean): Promise<void> {
    const open = this.#questions.filter(({ source, isUnderWay }) => !isUnderWay && isReached(source));
    if (open.length === 0) return;
    const answers = Promise.all(open.map((question) => this.#ask(question, at)));
    const patience = 1000 * PATIENCE * this.#parts.cycleSeconds;
    await Promise.race([answers, sleep(patience, undefined, { ref: false })]);
  }

  /** Windows that no source can tell anything of now. */
  unanswered(): ReadonlySet<string> {
    const isAnswered = ({ answeredAt, trouble }: Question) => answeredAt !== undefined && trouble === undefined;
    const answered = new Set(this.#questions.filter(isAnswered).map(nameOf));
    return new Set(this.#questions.map(nameOf).filter((name) => !answered.has(name)));
  }

  async #ask(question: Question, at: number): Promise<void> {
    const { source, serverLabel, expr } = question;
    question.isUnderWay = true;
    try {
      const { servers, unnamed } = await this.#read(question, { from: at, to: at });
      question.owed.unshift(...this.#missed(question, at));
      question.answeredAt = at;
      question.servers = servers;
      for (let piece = question.owed[0]; piece !== undefined; piece = question.owed[0]) {
        await this.#read(question, piece);
        question.owed.shift();
      }
      this.#say(
        question,
        unnamed > 0 ? `its result at ${source.name} has no label ${serverLabel}: ${expr}` : undefined,
      );
    } catch (error) {
      this.#hold(question, at);
      this.#say(question, `${source.name} does not answer: ${(error as Error).message}: ${expr}`);
    } finally {
      question.isUnderWay = false;
    }
  }

  /** What lies between the last answer and `at`, in pieces, the newest first. */
  #missed({ answeredAt }: Question, at: number): TimeSpan[] {
    const { stepSeconds, depthSeconds, cycleSeconds } = this.#parts;
    const from = answeredAt ?? at - depthSeconds;
    if (at - from <= 2 * Math.max(cycleSeconds, stepSeconds)) return [];
    const pieces: TimeSpan[] = [];
    for (let to = at - stepSeconds; to > from; to = pieces.at(-1)!.from - stepSeconds) {
      const points = Math.min(MAX_POINTS - 1, Math.floor((to - from) / stepSeconds));
      pieces.push({ from: to - points * stepSeconds, to });
    }
    return pieces;
  }

  /** While a question fails, who was in maintenance still is, for a while. */
  #hold({ answeredAt = Number.NEGATIVE_INFINITY, servers, window }: Question, at: number): void {
    const { book, cycleSeconds } = this.#parts;
    if (at - answeredAt > HOLD_SECONDS) return;
    for (const server of servers) book.observe(window.name, server, [{ from: answeredAt, to: at + cycleSeconds }]);
  }

  /** Evaluates a range and puts what it says into the book. */
  async #read(question: Question, { from, to }: TimeSpan): Promise<{ servers: string[]; unnamed: number }> {
    const { book, profileOf, cycleSeconds, stepSeconds } = this.#parts;
    const { source, serverLabel, window, expr } = question;
    // Only what counts is sent. A line feed ends a comment at the end of the expression.
    const series = (await source.recorded?.(`(\n${expr}\n) > 0`, { from, to, stepSeconds })) ?? [];
    // A moment speaks for the time to its neighbours.
    const reachSeconds = from === to ? cycleSeconds : stepSeconds;
    const servers: string[] = [];
    let unnamed = 0;
    for (const one of series) {
      const server = one.labels[serverLabel] ?? '';
      if (server === '') unnamed++;
      else if (window.servers.matches(server, profileOf(server))) {
        servers.push(server);
        book.observe(window.name, server, spansAround(one, reachSeconds));
      }
    }
    return { servers, unnamed };
  }

  /** Once per change. */
  #say(question: Question, trouble: string | undefined): void {
    if (trouble === question.trouble) return;
    const before = question.trouble;
    question.trouble = trouble;
    const window = question.window.name;
    if (trouble === undefined) this.#parts.log.info({ window }, 'a maintenance window is known again');
    // The reason may change from refused to reset and back; the state changes once.
    else if (before === undefined)
      this.#parts.log.warn({ window, reason: trouble }, 'a maintenance window is not known');
  }
}

function newQuestion(asked: AskedSource, window: MaintenanceWindow, expr: string): Question {
  const nothing = { answeredAt: undefined, servers: [], owed: [], trouble: undefined, isUnderWay: false };
  return { ...asked, window, expr, ...nothing };
}

function nameOf({ window }: Question): string {
  return window.name;
}

function spansAround({ times }: RecordedSeries, reachSeconds: number): TimeSpan[] {
  return Array.from(times, (time) => ({ from: time - reachSeconds, to: time + reachSeconds }));
}

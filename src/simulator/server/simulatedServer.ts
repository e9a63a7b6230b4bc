/** One simulated server: its state at any step, computed from seed and time alone. */
import type { Profile } from '../../core/profiles.js';
import { applyEpisode, type Episode, endsInReboot } from '../scenarios/episode.js';
import { DAY_SECONDS, ROW_LENGTH, STEP_SECONDS } from '../step.js';
import { writeBaseline } from './baseline.js';
import { batchRunOfDay } from './batchJob.js';
import { drawPersonality, type Personality } from './personality.js';
import { plannedIndex, plannedRestart, type Restart, rebootAfter } from './restarts.js';
import { settleRow } from './settle.js';

/** Where a server learns what happens to it: episodes overlapping slot × slotSeconds … (slot + 1) × slotSeconds. */
export interface EpisodeSource {
  readonly slotSeconds: number;
  episodesOfSlot(slot: number): readonly Episode[];
  /** Moves a planned restart to where it does not disturb. */
  settleRestart(restart: Restart): Restart;
}

/** Batch jobs lighter than this many points of CPU and I/O wait are not worth a label. */
const HEAVY_BATCH_PCT = 15;

/** Its caches (episodes of the current slot, restarts around the current time) never change what it answers. */
export class SimulatedServer {
  readonly name: string;
  readonly profile: Profile;
  readonly personality: Personality;
  readonly #source: EpisodeSource;
  #slot = Number.NaN;
  #slotEpisodes: readonly Episode[] = [];
  #restarts: readonly Restart[] = [];
  #restartIndex = 0;

  constructor(seed: number, name: string, profile: Profile, source: EpisodeSource) {
    this.name = name;
    this.profile = profile;
    this.personality = drawPersonality(seed, name, profile);
    this.#source = source;
  }

  /** Whether Java runs here; if not, `java_cpu_pct` is absent. */
  get hasJava(): boolean {
    return !Number.isNaN(this.personality.javaShare);
  }

  /**
   * Fills a row (order of METRIC_NAMES) with the means over this step (step × 300 s since the epoch).
   * @returns false, and a row of NaN, if the server is down for the whole step
   */
  writeStep(step: number, row: Float64Array): boolean {
    const start = step * STEP_SECONDS;
    const end = start + STEP_SECONDS;
    const restart = this.restartBefore(end - 1);
    if (restart.bootAt >= end) {
      row.fill(Number.NaN, 0, ROW_LENGTH);
      return false;
    }
    const middle = (Math.max(start, restart.bootAt) + end) / 2;
    writeBaseline(this.personality, step, (middle - restart.bootAt) / DAY_SECONDS, row);
    for (const episode of this.#episodesAt(start)) {
      if (start >= episode.start && start < episode.end) applyEpisode(episode, middle, row);
    }
    settleRow(this.personality, step, row);
    return true;
  }

  /** The last restart that began at or before this time (epoch seconds). */
  restartBefore(at: number): Restart {
    const known = this.#restarts;
    if (known.length < 2 || at < known[0]!.at || at >= known.at(-1)!.at) this.#loadRestarts(at);
    let index = Math.min(this.#restartIndex, this.#restarts.length - 1);
    while (index > 0 && this.#restarts[index]!.at > at) index--;
    while (index + 1 < this.#restarts.length && this.#restarts[index + 1]!.at <= at) index++;
    this.#restartIndex = index;
    return this.#restarts[index]!;
  }

  /** Scenario episodes that overlap from ≤ time < until, and heavy planned batch runs as episodes of their own; by start. */
  episodesBetween(from: number, until: number): Episode[] {
    const found = [...this.#batchesBetween(from, until), ...this.#scenariosBetween(from, until)];
    return found.sort((a, b) => a.start - b.start);
  }

  #scenariosBetween(from: number, until: number): Set<Episode> {
    const found = new Set<Episode>();
    const { slotSeconds } = this.#source;
    for (let slot = Math.floor(from / slotSeconds); slot * slotSeconds < until; slot++) {
      for (const episode of this.#source.episodesOfSlot(slot)) {
        if (episode.start < until && episode.end > from) found.add(episode);
      }
    }
    return found;
  }

  #episodesAt(at: number): readonly Episode[] {
    const slot = Math.floor(at / this.#source.slotSeconds);
    if (slot !== this.#slot) {
      this.#slotEpisodes = this.#source.episodesOfSlot(slot);
      this.#slot = slot;
    }
    return this.#slotEpisodes;
  }

  /** Loads all restarts from the planned one before `at` to the planned one after it. */
  #loadRestarts(at: number): void {
    const planned = [-1, 0, 1, 2].map((offset) =>
      this.#source.settleRestart(plannedRestart(this.personality, plannedIndex(this.personality, at) + offset)),
    );
    const previous = planned.findLast((restart) => restart.at <= at) ?? planned[0]!;
    const next = planned.find((restart) => restart.at > at) ?? planned.at(-1)!;
    const forced = [...this.#scenariosBetween(previous.at, next.at)]
      .filter((episode) => endsInReboot(episode) && episode.end > previous.bootAt && episode.end < next.at)
      .map((episode) => rebootAfter(episode.end));
    this.#restarts = [previous, ...forced.sort((a, b) => a.at - b.at), next];
    this.#restartIndex = 0;
  }

  #batchesBetween(from: number, until: number): Episode[] {
    const job = this.personality.batch;
    if (job === undefined || job.cpu + job.iowait < HEAVY_BATCH_PCT) return [];
    const runs: Episode[] = [];
    const lastDay = Math.floor(until / DAY_SECONDS);
    for (let day = Math.floor(from / DAY_SECONDS) - 1; day <= lastDay; day++) {
      const run = batchRunOfDay(job, day);
      if (run === undefined) continue;
      const start = run.start * STEP_SECONDS;
      const end = run.end * STEP_SECONDS;
      if (start < until && end > from) runs.push(this.#batchEpisode(start, end));
    }
    return runs;
  }

  #batchEpisode(start: number, end: number): Episode {
    const shape = { pulls: [], roughness: 0, stairs: 0, seed: 0 } as const;
    const meaning = { kind: 'planned_batch', role: 'sole', isIncident: false, outcome: 'finished' } as const;
    return { ...shape, ...meaning, server: this.name, start, end, metric: 'cpu_user_pct' };
  }
}

/** The step that contains this time (epoch seconds). */
export function stepAt(at: number): number {
  return Math.floor(at / STEP_SECONDS);
}

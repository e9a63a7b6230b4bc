/** What happens to one server during a scenario, and how it bends the server's metrics. */
import { METRIC_NAMES, type MetricName } from '../../core/metrics.js';
import { smoothNoiseAt } from '../noise.js';
import { onGrid } from '../step.js';

/** What can be asked for by name. */
export const SCENARIO_KINDS = [
  'memory_leak',
  'disk_full',
  'io_saturation',
  'cpu_runaway',
  'connection_leak',
  'swap_storm',
  'level_shift',
  'cascade',
  'noisy_neighbour',
] as const;
export type ScenarioKind = (typeof SCENARIO_KINDS)[number];

/**
 * How an episode ends: `restart` = the machine goes down on its own, `operator_restart` = someone reboots it before that,
 * `process_restart` = one process is restarted, `clean_up` = space is freed, `recovered` = it passes,
 * `finished` = planned work is done.
 */
type Outcome = 'restart' | 'operator_restart' | 'process_restart' | 'clean_up' | 'recovered' | 'finished';

/** A server's part in a scenario of several servers; `sole` if it is alone. */
type Role = 'sole' | 'origin' | 'dependent' | 'source' | 'neighbour';

/** One metric bent by an episode. */
export interface Pull {
  /** Position in the state row. */
  readonly row: number;
  /** `level`: lifted towards `to`, never below its healthy value; `factor`: multiplied by up to `to`; `offset`: up to `to` added. */
  readonly mode: 'level' | 'factor' | 'offset';
  readonly to: number;
  /** Seconds after the episode's start at which it begins. */
  readonly delaySeconds: number;
  /** Seconds until it has its full effect. */
  readonly riseSeconds: number;
  /** Exponent of the rise: 1 straight, < 1 fast first, > 1 slow first. */
  readonly curve: number;
  /** Seconds before the end over which it eases off; 0 = ends at once. */
  readonly fallSeconds: number;
}

export interface Episode {
  readonly kind: ScenarioKind | 'planned_batch';
  readonly server: string;
  readonly role: Role;
  /** Epoch seconds on the grid, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly isIncident: boolean;
  /** The metric that shows it best. */
  readonly metric: MetricName;
  readonly outcome: Outcome;
  readonly pulls: readonly Pull[];
  /** Relative wobble of the pulls, 0–1. */
  readonly roughness: number;
  /** Number of stairs that a rise is cut into; 0 = smooth. */
  readonly stairs: number;
  readonly seed: number;
}

/** Tells whether the machine reboots when the episode ends. */
export function endsInReboot(episode: Episode): boolean {
  return episode.outcome === 'restart' || episode.outcome === 'operator_restart';
}

/** A metric on its way up. */
export interface Ramp {
  readonly metric: MetricName;
  /** Epoch seconds, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Shorter rises are jumps rather than ramps. */
const LEAST_RAMP_SECONDS = 3600;

/** The metrics that an episode lifts little by little, and while it does. */
export function rampsOf({ start, end, pulls }: Episode): Ramp[] {
  const rising = pulls.filter(({ mode, riseSeconds }) => mode === 'level' && riseSeconds >= LEAST_RAMP_SECONDS);
  return rising
    .map(({ row, delaySeconds, riseSeconds, fallSeconds }) => ({
      metric: METRIC_NAMES[row]!,
      start: onGrid(start + delaySeconds),
      end: onGrid(Math.min(end - fallSeconds, start + delaySeconds + riseSeconds)),
    }))
    .filter((ramp) => ramp.end > ramp.start);
}

/** Bends a raw row by an episode that is under way at this time (epoch seconds). */
export function applyEpisode(episode: Episode, at: number, row: Float64Array): void {
  for (const pull of episode.pulls) {
    const weight = pullWeight(episode, pull, at);
    if (weight <= 0) continue;
    const value = row[pull.row]!;
    if (pull.mode === 'factor') row[pull.row] = value * (1 + (pull.to - 1) * weight);
    else if (pull.mode === 'offset') row[pull.row] = Math.max(0, value + pull.to * weight);
    else if (pull.to > value) row[pull.row] = value + (pull.to - value) * weight;
  }
}

const WOBBLE_SECONDS = 900;

function pullWeight(episode: Episode, pull: Pull, at: number): number {
  const elapsed = at - episode.start - pull.delaySeconds;
  if (elapsed <= 0) return 0;
  let weight = Math.min(1, elapsed / pull.riseSeconds) ** pull.curve;
  if (episode.stairs > 0) weight = Math.floor(weight * episode.stairs) / episode.stairs;
  const left = episode.end - at;
  if (left < pull.fallSeconds) weight *= left / pull.fallSeconds;
  const wobble = episode.roughness * smoothNoiseAt(episode.seed + pull.row, at / WOBBLE_SECONDS);
  return Math.min(1, weight * (1 + wobble));
}

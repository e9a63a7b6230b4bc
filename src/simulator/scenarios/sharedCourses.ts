/** The troubles that spread: from a database to those who depend on it, from a virtual machine to those on its host. */
import { type Random, randomInt } from '../../core/random.js';
import { between, logBetween } from '../draw.js';
import { onGrid, ROW, STEP_SECONDS } from '../step.js';
import { ioPulls, lift, scale } from './courses.js';
import type { Episode, Pull } from './episode.js';

const MINUTE = 60;
const HOUR = 3600;

/** When a shared scenario may happen. */
export interface Span {
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
}

/**
 * Draws a cascade: the database's disk saturates, its callers pile up waiting connections minutes later, and those who
 * call them after that.
 * @param tiers names of the dependent servers, nearest tier first
 */
export function drawCascade(
  random: Random,
  origin: string,
  tiers: readonly (readonly string[])[],
  span: Span,
): Episode[] {
  const { start, length } = drawTime(random, span, 40 * MINUTE, 4 * HOUR);
  const end = onGrid(start + length);
  const common = { kind: 'cascade', isIncident: true, stairs: 0, outcome: 'recovered' } as const;
  const rise = between(random, 5 * MINUTE, 20 * MINUTE);
  const seed = randomInt(random, 2 ** 31);
  const episodes: Episode[] = [
    {
      ...common,
      server: origin,
      role: 'origin',
      start,
      end,
      metric: 'cpu_iowait_pct',
      pulls: ioPulls(random, rise, 600),
      roughness: 0.08,
      seed,
    },
  ];
  let delaySeconds = 0;
  for (const tier of tiers) {
    delaySeconds += onGrid(between(random, 1.2, 3.5) * STEP_SECONDS);
    for (const server of tier) {
      const begins = start + delaySeconds + STEP_SECONDS * randomInt(random, 2);
      episodes.push({
        ...common,
        server,
        role: 'dependent',
        start: begins,
        end: Math.max(begins, end) + STEP_SECONDS * (1 + randomInt(random, 4)),
        metric: 'back_close_wait',
        pulls: waitingPulls(random),
        roughness: 0.1,
        seed: randomInt(random, 2 ** 31),
      });
    }
  }
  return episodes;
}

/** A beginning and a length, in seconds, that leave an hour of the span after the end. */
function drawTime(random: Random, { from, until }: Span, shortest: number, longest: number) {
  const length = Math.min(logBetween(random, shortest, longest), until - from - HOUR);
  return { start: onGrid(between(random, from, until - length - HOUR)), length };
}

/** The marks of a caller whose database answers slowly: sockets pile up, threads wait, less goes out. */
function waitingPulls(random: Random): Pull[] {
  const rise = between(random, 8 * MINUTE, 30 * MINUTE);
  const fallSeconds = 10 * MINUTE;
  return [
    lift(ROW.back_close_wait, logBetween(random, 60, 600), rise, { fallSeconds }),
    lift(ROW.front_close_wait, logBetween(random, 80, 900), rise, { fallSeconds, delaySeconds: 3 * MINUTE }),
    scale(ROW.cpu_user_pct, between(random, 1.15, 1.7), rise, { fallSeconds }),
    scale(ROW.cpu_sys_pct, between(random, 1.2, 2), rise, { fallSeconds }),
    scale(ROW.net_out_mb_s, between(random, 0.3, 0.7), rise, { fallSeconds }),
    scale(ROW.mem_used_pct, between(random, 1.02, 1.1), rise, { fallSeconds }),
    lift(ROW.load_average, between(random, 1, 5), rise, { fallSeconds }),
  ];
}

/** Draws a noisy neighbour: one machine takes the host's processors and disk, the others on it wait. */
export function drawNoisyNeighbour(
  random: Random,
  source: string,
  neighbours: readonly string[],
  span: Span,
): Episode[] {
  const { start, length } = drawTime(random, span, 20 * MINUTE, 5 * HOUR);
  const end = onGrid(start + Math.max(length, 2 * STEP_SECONDS));
  const common = { kind: 'noisy_neighbour', isIncident: true, stairs: 0, outcome: 'recovered', start, end } as const;
  const rise = between(random, 5 * MINUTE, 25 * MINUTE);
  return [
    {
      ...common,
      server: source,
      role: 'source',
      metric: 'cpu_user_pct',
      pulls: noisyPulls(random, rise),
      roughness: 0.04,
      seed: randomInt(random, 2 ** 31),
    },
    ...neighbours.map(
      (server): Episode => ({
        ...common,
        server,
        role: 'neighbour',
        metric: 'load_average',
        pulls: stolenPulls(random, rise),
        roughness: 0.08,
        seed: randomInt(random, 2 ** 31),
      }),
    ),
  ];
}

/** The marks of a machine that takes more than its part of the host. */
function noisyPulls(random: Random, rise: number): Pull[] {
  return [
    lift(ROW.cpu_user_pct, between(random, 78, 95), rise),
    lift(ROW.cpu_iowait_pct, between(random, 4, 12), rise),
    scale(ROW.net_in_mb_s, between(random, 1.5, 4), rise),
  ];
}

/** The marks of a machine whose part of the host is taken: it waits, and does less. */
function stolenPulls(random: Random, rise: number): Pull[] {
  return [
    lift(ROW.cpu_sys_pct, between(random, 10, 24), rise),
    lift(ROW.cpu_iowait_pct, between(random, 5, 18), rise),
    scale(ROW.cpu_user_pct, between(random, 0.75, 0.95), rise),
    lift(ROW.load_average, between(random, 1, 3), rise),
  ];
}

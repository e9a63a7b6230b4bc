/** The level of a risk: up at once, down only when the score has stayed clearly below for a while (docs/risk.md). */
import { ALERT_LEVELS, type AlertLevel, RISK_COLORS, type Risk, type RiskColor } from '../core/flow.js';

/** A score counts as clearly below a border from so many points under it. */
const MARGIN_POINTS = 5;
/** For so long it has to be clearly below until the level falls: as long as an alert has to hold. */
const CALM_SECONDS = 600;
/** Between two scores further apart than so many cycles nothing is known: all series are withdrawn by then, too. */
const LONGEST_GAP_CYCLES = 3;
/** After so long without a score the level begins anew. */
const FORGOTTEN_AFTER_SECONDS = 3600;

/** Where a level begins. */
interface Border {
  readonly at: number;
  readonly isReached: (score: number) => boolean;
}

const from = (at: number): Border => ({ at, isReached: (score) => score >= at });
const above = (at: number): Border => ({ at, isReached: (score) => score > at });

/** Where RISK_COLORS begin, but for the lowest. */
const COLOR_BORDERS = [from(30), above(70)];
/** Where ALERT_LEVELS begin, but for the lowest. */
const ALERT_BORDERS = [from(50), from(60), from(80)];

/** Green below 30, yellow to 70, red above. */
export function colorOf(score: number): RiskColor {
  return RISK_COLORS[countReached(COLOR_BORDERS, score)]!;
}

/** Degraded from 50, warning from 60, critical from 80. */
export function alertLevelOf(score: number): AlertLevel {
  return ALERT_LEVELS[countReached(ALERT_BORDERS, score)]!;
}

function countReached(borders: readonly Border[], score: number): number {
  return borders.filter(({ isReached }) => isReached(score)).length;
}

/** A border as one server has it. */
interface HeldBorder extends Border {
  /** It counts as reached. Whatever holds a border holds those below it. */
  isOver: boolean;
  /** Epoch seconds since which the score has been clearly below; NaN while it is not. */
  calmSince: number;
}

interface HeldServer {
  readonly colors: readonly HeldBorder[];
  readonly alerts: readonly HeldBorder[];
  lastAt: number;
  color: RiskColor;
  colorSince: number;
}

/** Keeps the levels of servers from cycle to cycle. */
export class LevelMemory {
  readonly #longestGapSeconds: number;
  readonly #servers = new Map<string, HeldServer>();

  /** @param cycleSeconds  time between two risks of a server */
  constructor(cycleSeconds: number) {
    this.#longestGapSeconds = LONGEST_GAP_CYCLES * cycleSeconds;
  }

  /** The risk with its levels held steady, `risk.at` being the moment. The score stays what it is. */
  hold(risk: Risk): Risk {
    const { server, score, at } = risk;
    const held = this.#heldOf(server, score, at);
    // A clock that was set back is one, too: what began later than now would never be over.
    const isGap = at < held.lastAt || at - held.lastAt > this.#longestGapSeconds;
    held.colorSince = Math.min(held.colorSince, at);
    for (const border of [...held.colors, ...held.alerts]) moveBorder(border, score, at, isGap);
    held.lastAt = at;
    const color = RISK_COLORS[countOver(held.colors)]!;
    if (color !== held.color) Object.assign(held, { color, colorSince: at });
    return { ...risk, color, alertLevel: ALERT_LEVELS[countOver(held.alerts)]!, colorSince: held.colorSince };
  }

  forget(server: string): void {
    this.#servers.delete(server);
  }

  #heldOf(server: string, score: number, at: number): HeldServer {
    const known = this.#servers.get(server);
    const longestSilence = Math.max(FORGOTTEN_AFTER_SECONDS, this.#longestGapSeconds);
    if (known !== undefined && at - known.lastAt <= longestSilence) return known;
    const begin = (border: Border) => ({ ...border, isOver: border.isReached(score), calmSince: Number.NaN });
    const held: HeldServer = {
      colors: COLOR_BORDERS.map(begin),
      alerts: ALERT_BORDERS.map(begin),
      lastAt: at,
      color: colorOf(score),
      colorSince: at,
    };
    this.#servers.set(server, held);
    return held;
  }
}

/** @param isGap  nothing is known of the time since the score before */
function moveBorder(border: HeldBorder, score: number, at: number, isGap: boolean): void {
  if (border.isReached(score)) border.isOver = true;
  if (!(score < border.at - MARGIN_POINTS)) border.calmSince = Number.NaN;
  else if (isGap || Number.isNaN(border.calmSince)) border.calmSince = at;
  if (at - border.calmSince >= CALM_SECONDS) border.isOver = false;
}

function countOver(borders: readonly HeldBorder[]): number {
  return borders.filter(({ isOver }) => isOver).length;
}

/** Leaks and level shifts laid over real series: real traces hold too few of them to learn from. */
import { type Random, randomInt } from '../../core/random.js';
import { DAY_STEPS, HISTORY_STEPS } from '../inputs/contract.js';

/** The spread of the visible values (5–95 %), which amounts are measured in; a small share of the level if it is 0. */
function typicalSpread(values: Float32Array): number {
  const known = values.subarray(0, HISTORY_STEPS).filter((value) => !Number.isNaN(value));
  if (known.length === 0) return 0;
  known.sort();
  const at = (share: number) => known[Math.floor(share * (known.length - 1))]!;
  return at(0.95) - at(0.05) || 0.02 * Math.abs(at(0.5)) + 1e-3;
}

function clip(value: number, upper: number): number {
  return Math.min(Math.max(value, 0), upper);
}

/**
 * A ramp that began 1 h to 3 d before the origin (index HISTORY_STEPS, log-uniform) and goes on through the future; one in
 * eight ends in a restart to the level before it. Its rise over 8 h is 0.2 to 10 times the typical spread: a leak dwarfs
 * the calm series that it strikes. Three of four go upwards.
 * @param values  [HISTORY_STEPS + HORIZON_STEPS], changed in place; NaN stays NaN
 */
export function addRamp(values: Float32Array, upper: number, random: Random): void {
  const start = HISTORY_STEPS - Math.round(12 * ((3 * DAY_STEPS) / 12) ** random());
  const rise = typicalSpread(values) * 0.2 * 50 ** random();
  const slope = ((random() < 0.75 ? 1 : -1) * rise) / 96;
  // Straight, or bending like a slowing or growing leak.
  const power = 0.7 + 0.6 * random();
  const length = values.length - start;
  const restart = random() < 0.125 ? start + randomInt(random, length) : values.length;
  for (let i = start; i < restart; i++) {
    const elapsed = i - start;
    const bend = length * (elapsed / length) ** power;
    values[i] = clip(values[i]! + slope * bend, upper);
  }
}

/** The level jumps by up to twice the typical spread, 30 min to 5 d before the origin, for good. */
export function addShift(values: Float32Array, upper: number, random: Random): void {
  const start = HISTORY_STEPS - 6 - randomInt(random, 5 * DAY_STEPS);
  const jump = typicalSpread(values) * (4 * random() - 2);
  for (let i = start; i < values.length; i++) values[i] = clip(values[i]! + jump, upper);
}

/**
 * The level changes 15 min to 5 d before the origin (log-uniform, so that fresh shifts are as common as old ones), for good. It
 * jumps by 0.2 to 8 times the typical spread, three of five times upwards; three of ten shifts multiply the values by 1.3 to
 * 3.9, or divide by that, as twice the traffic does.
 * @param values  [HISTORY_STEPS + HORIZON_STEPS], changed in place; NaN stays NaN
 */
export function addShiftOfAnyAge(values: Float32Array, upper: number, random: Random): void {
  const start = HISTORY_STEPS - Math.round(3 * ((5 * DAY_STEPS) / 3) ** random());
  const jump = (random() < 0.6 ? 1 : -1) * typicalSpread(values) * 0.2 * 40 ** random();
  const multiplies = random() < 0.3;
  const times = (1.3 * 3 ** random()) ** (random() < 0.5 ? 1 : -1);
  const shifted = multiplies ? (value: number) => value * times : (value: number) => value + jump;
  for (let i = start; i < values.length; i++) values[i] = clip(shifted(values[i]!), upper);
}

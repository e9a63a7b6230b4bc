/** The daily curve of a server's activity. */
import type { Random } from '../../core/random.js';
import { STEPS_PER_DAY } from '../step.js';

const HALF_DAY = STEPS_PER_DAY / 2;

/**
 * Draws a day's curve: a bell with its peak in the middle, often with a dip around it (lunch) and a second, smaller bell.
 * @param sharpness concentration of the bell (von Mises); larger is narrower
 * @returns [288] in 0–1, the first and last step at the quietest hour
 */
export function activityCurve(random: Random, sharpness: number): Float32Array {
  const dip = random() < 0.4 ? 0.1 + 0.25 * random() : 0;
  const dipAt = Math.round(24 * (random() - 0.5));
  const second = random() < 0.35 ? 0.2 + 0.5 * random() : 0;
  const secondAt = (random() < 0.5 ? -1 : 1) * (50 + 50 * random());
  const curve = new Float32Array(STEPS_PER_DAY);
  let peak = 0;
  for (let step = 0; step < STEPS_PER_DAY; step++) {
    const main = bell(step - HALF_DAY, sharpness);
    const other = second * bell(step - HALF_DAY - secondAt, 6);
    const lunch = 1 - dip * Math.exp(-(((step - HALF_DAY - dipAt) / 9) ** 2));
    curve[step] = (main + other) * lunch;
    peak = Math.max(peak, curve[step]!);
  }
  for (let step = 0; step < STEPS_PER_DAY; step++) curve[step]! /= peak;
  return curve;
}

/** A periodic bell of height 1 that falls to 0 half a day away. */
function bell(offsetSteps: number, sharpness: number): number {
  const floor = Math.exp(-2 * sharpness);
  const value = Math.exp(sharpness * (Math.cos((2 * Math.PI * offsetSteps) / STEPS_PER_DAY) - 1));
  return (value - floor) / (1 - floor);
}

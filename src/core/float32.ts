/** The numbers that windows, traces and training hold: 32 bits. */

/** `value` as a window keeps it; NaN, which means absent, where 32 bits hold no finite number for it. */
export function asFloat32(value: number): number {
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) ? rounded : Number.NaN;
}

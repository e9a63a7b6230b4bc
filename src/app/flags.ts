/** Flags of the command line that carry numbers. */
import { CommandError } from '../core/errors.js';

/** The whole number that a flag gives. Throws CommandError that names the flag, its text and the range. */
export function wholeNumber(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new CommandError(`--${flag} is ${text}; expected a whole number from ${low} to ${high}`);
}

/** The number that a flag gives. Throws CommandError that names the flag, its text and the range. */
export function numberWithin(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high) return value;
  throw new CommandError(`--${flag} is ${text}; expected a number from ${low} to ${high}`);
}

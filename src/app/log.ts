/** The log of a process that runs for long: JSON lines on standard error. */
import { type Logger, pino } from 'pino';
import { CommandError } from '../core/errors.js';

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** @throws CommandError for a level that there is not */
export function createLog(level: string): Logger {
  if (!LEVELS.includes(level)) throw new CommandError(`--log.level is ${level}; expected one of ${LEVELS.join(', ')}`);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

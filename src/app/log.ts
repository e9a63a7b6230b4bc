/** The log of a process that runs for long: JSON lines. */
import { type Logger, pino } from 'pino';
import { CommandError } from '../core/errors.js';

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Lines that cannot be written are kept up to here; what comes then is lost. */
const MAX_WAITING_BYTES = 1_048_576;

/**
 * A log on standard error.
 * @throws CommandError for a level that there is not
 */
export function createLog(level: string): Logger {
  if (!LEVELS.includes(level)) throw new CommandError(`--log.level is ${level}; expected one of ${LEVELS.join(', ')}`);
  return openLog(2, level);
}

/**
 * A log that is written to a file descriptor or a file. A full disk ends nobody: lines wait for room, up to a megabyte of them.
 * @param to  2 = standard error
 */
export function openLog(to: number | string, level = 'info'): Logger {
  const destination = pino.destination({ dest: to, maxLength: MAX_WAITING_BYTES });
  // Without a listener a failed write is a fault of the whole process; and pino's last flush, at its end, tries for ever.
  const flushSync = destination.flushSync.bind(destination);
  destination.on('error', () => {
    destination.flushSync = () => {};
  });
  destination.on('drain', () => {
    destination.flushSync = flushSync;
  });
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

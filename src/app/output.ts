/** What becomes of the program when nobody takes its output any more. */

/** As the shell counts a program that SIGPIPE has ended. */
const READER_GONE = 141;

/**
 * Ends the program: without a word where the reader went away (`| head`), with the reason otherwise. One that ends in order at a
 * signal does so now, too.
 */
export function endWithOutput(error: NodeJS.ErrnoException): void {
  const isReaderGone = error.code === 'EPIPE';
  if (!isReaderGone) process.stderr.write(`linborg: the output cannot be written (${error.message})\n`);
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(isReaderGone ? READER_GONE : 1);
}

/** Ctrl-C while a model is made: the first ends the learning and keeps what was learnt, the second ends the program. */
import { interruptSignal } from '../interrupt.js';
import type { Progress } from '../progress.js';

/** npm passes on a Ctrl-C that the program has got from the terminal already. */
const SAME_REQUEST_MILLISECONDS = 1000;

export interface StopRequests {
  /** Aborts at the first request. */
  readonly signal: AbortSignal;
  /** From now on there is no learning left to be stopped. */
  learntAll(): void;
  /** Whether a request came before the learning had ended. */
  stoppedLearning(): boolean;
  /** Gives SIGINT and SIGTERM back. */
  release(): void;
}

export function listenToStopRequests(progress: Progress): StopRequests {
  const interrupt = interruptSignal();
  let isLearning = true;
  let hasStopped = false;
  const onAbort = () => {
    hasStopped = isLearning;
    const now = isLearning ? 'stopping: what was learnt is being measured' : 'still measuring';
    progress.done(`${now}; Ctrl-C again leaves at once, and --resume goes on from the checkpoint`);
    setTimeout(() => interrupt.release(), SAME_REQUEST_MILLISECONDS).unref();
  };
  interrupt.signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: interrupt.signal,
    learntAll() {
      isLearning = false;
    },
    stoppedLearning: () => hasStopped,
    release() {
      interrupt.signal.removeEventListener('abort', onAbort);
      interrupt.release();
    },
  };
}

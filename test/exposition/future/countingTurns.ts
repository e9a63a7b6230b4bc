/** Somebody else who wants the event loop: counts how often it gets a turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export function countingTurns() {
  let turns = 0;
  let isStopped = false;
  const counting = (async () => {
    for (; !isStopped; turns++) await nextTurn();
  })();
  return {
    /** Turns that it has had so far. */
    turn: () => turns,
    stop: () => {
      isStopped = true;
      return counting;
    },
  };
}

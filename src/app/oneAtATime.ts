/** Pieces of work one after the other: each finds things as the one before has left them. */

export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>;

/** Takes work in, and gives what comes of it when its turn has come; one that fails holds up no other. */
export function oneAtATime(): OneAtATime {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = before.then(work);
    before = done.catch(() => {});
    return done;
  };
}

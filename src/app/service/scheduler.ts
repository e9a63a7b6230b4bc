/** Calls a piece of work at a fixed interval, never twice at once; a late one is skipped and counted. */

export interface Schedule {
  /** Ends the calls and waits for one under way. */
  stop(): Promise<void>;
}

/**
 * Starts `work` at once and then every `intervalSeconds` on a fixed grid from the start.
 * @param onSkipped  called for each moment of the grid at which the work before was still running
 */
export function startSchedule(intervalSeconds: number, work: () => Promise<void>, onSkipped: () => void): Schedule {
  let running: Promise<void> | undefined;
  const call = () => {
    if (running) {
      onSkipped();
      return;
    }
    running = work().finally(() => {
      running = undefined;
    });
  };
  const timer = setInterval(call, intervalSeconds * 1000);
  call();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Schedule, startSchedule } from '../../../src/app/service/scheduler.js';

const INTERVAL_SECONDS = 60;

/** Work that ends when the test says so. */
class Work {
  started = 0;
  /** Under way now. */
  atOnce = 0;
  mostAtOnce = 0;
  #finish = () => {};

  readonly run = async (): Promise<void> => {
    this.started++;
    this.atOnce++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    this.atOnce--;
  };

  async finish(): Promise<void> {
    this.#finish();
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe('startSchedule', () => {
  let schedule: Schedule | undefined;
  let skipped = 0;
  const work = { current: new Work() };

  beforeEach(() => {
    vi.useFakeTimers();
    skipped = 0;
    work.current = new Work();
    schedule = startSchedule(INTERVAL_SECONDS, work.current.run, () => {
      skipped++;
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

  it('begins at once', () => {
    expect(work.current.started).toBe(1);
  });

  it('calls once per interval while the work is quick', async () => {
    for (let i = 0; i < 5; i++) {
      await work.current.finish();
      await pass(INTERVAL_SECONDS);
    }
    expect(work.current.started).toBe(6);
    expect(skipped).toBe(0);
  });

  it('skips and counts each moment at which the work before still runs, and never runs it twice at once', async () => {
    await pass(3.5 * INTERVAL_SECONDS);
    expect(work.current.started).toBe(1);
    expect(skipped).toBe(3);
    expect(work.current.mostAtOnce).toBe(1);
  });

  it('keeps to the grid of its start after late work, and does not catch up', async () => {
    await pass(1.5 * INTERVAL_SECONDS);
    await work.current.finish();
    expect(work.current.started).toBe(1);
    await pass(0.5 * INTERVAL_SECONDS);
    expect(work.current.started).toBe(2);
    expect(skipped).toBe(1);
  });

  it('calls no more once it is stopped, and the stop waits for the work under way', async () => {
    let hasStopped = false;
    const stop = schedule!.stop().then(() => {
      hasStopped = true;
    });
    await pass(3 * INTERVAL_SECONDS);
    expect(hasStopped).toBe(false);
    await work.current.finish();
    await stop;
    expect(work.current.started).toBe(1);
    expect(skipped).toBe(0);
  });
});

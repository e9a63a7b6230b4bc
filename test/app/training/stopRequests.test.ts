import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenToStopRequests, type StopRequests } from '../../../src/app/training/stopRequests.js';

const said: string[] = [];
let stop: StopRequests;
let listenersBefore: number;

/** Listeners of ours: without one, the next Ctrl-C ends the program. */
const listeners = () => process.listenerCount('SIGINT') - listenersBefore;

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
  listenersBefore = process.listenerCount('SIGINT');
  stop = listenToStopRequests({ update: () => {}, done: (text) => said.push(text) });
});

afterEach(() => {
  stop.release();
  vi.useRealTimers();
});

describe('a Ctrl-C while a model is made', () => {
  it('stops the learning and says what a second one does', () => {
    process.emit('SIGINT', 'SIGINT');
    expect(stop.signal.aborted).toBe(true);
    stop.learntAll();
    expect(stop.stoppedLearning()).toBe(true);
    expect(said).toEqual([
      'stopping: what was learnt is being measured; Ctrl-C again leaves at once, and --resume goes on from the checkpoint',
    ]);
  });

  it('that comes once more at the same moment, passed on by npm, is the same one', () => {
    process.emit('SIGINT', 'SIGINT');
    expect(listeners()).toBe(1);
    process.emit('SIGINT', 'SIGINT');
    expect(said).toHaveLength(1);
    vi.advanceTimersByTime(1001);
    expect(listeners()).toBe(0);
  });

  it('after the learning has stopped nothing, and says so', () => {
    stop.learntAll();
    process.emit('SIGTERM', 'SIGTERM');
    expect(stop.stoppedLearning()).toBe(false);
    expect(said).toEqual([expect.stringMatching(/^still measuring; Ctrl-C again leaves at once/)]);
  });

  it('is nobody’s once the model is made', () => {
    stop.release();
    expect(listeners()).toBe(0);
    expect(stop.signal.aborted).toBe(false);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressLine } from '../../../src/app/training/progressLine.js';

const lines: string[] = [];
const progress = { update: (text: string) => lines.push(text), done: (text: string) => lines.push(text) };
const report = { totalSteps: 1000, loss: 0.25, learningRate: 1e-4, bestLoss: 0.2 };

beforeEach(() => {
  lines.length = 0;
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the line of a training', () => {
  it('gives the speed and the time that is left', () => {
    const tell = progressLine(progress, { batchSize: 128, startStep: 0, limitSeconds: Number.POSITIVE_INFINITY });
    vi.advanceTimersByTime(60_000);
    tell({ ...report, step: 100 });
    tell({ ...report, step: 200, validationLoss: 0.21 });
    expect(lines).toEqual([
      'step 100/1000  loss 0.2500  best validation 0.2000  213 windows/s  ETA 9 min',
      'step 200/1000  loss 0.2500  best validation 0.2000  427 windows/s  ETA 4 min  validation 0.2100',
    ]);
  });

  it('of a training that goes on counts only what this run has done', () => {
    const tell = progressLine(progress, { batchSize: 128, startStep: 590, limitSeconds: Number.POSITIVE_INFINITY });
    vi.advanceTimersByTime(10_000);
    tell({ ...report, step: 600 });
    expect(lines[0]).toContain('128 windows/s  ETA 7 min');
  });

  it('tells the time to the limit where that comes before the last step', () => {
    const tell = progressLine(progress, { batchSize: 128, startStep: 0, limitSeconds: 900 });
    vi.advanceTimersByTime(300_000);
    tell({ ...report, step: 10 });
    expect(lines[0]).toContain('ETA 10 min');
  });
});

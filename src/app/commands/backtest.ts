/** `linborg backtest`: replay recorded history through the pipeline of `serve`, and score every forecast. */
import { join } from 'node:path';
import { type BacktestFlags, backtestOptions } from '../backtest/backtestOptions.js';
import { runBacktest } from '../backtest/runBacktest.js';
import { summaryTable } from '../backtest/summaryTable.js';
import { interruptSignal } from '../interrupt.js';
import { createProgress } from '../progress.js';

/** @param commandText the command as it was typed, for the report */
export async function backtest(flags: BacktestFlags, commandText: string): Promise<number> {
  const options = backtestOptions(flags);
  const progress = createProgress();
  const interrupt = interruptSignal();
  try {
    const report = await runBacktest(options, { progress, signal: interrupt.signal, commandText });
    progress.done(`wrote ${join(options.out, 'report.html')}`);
    process.stdout.write(`${summaryTable(report)}\n`);
    return report.datasets.some(({ scoredSeries }) => scoredSeries > 0) ? 0 : 1;
  } finally {
    interrupt.release();
  }
}

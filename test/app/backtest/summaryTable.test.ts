import { expect, test } from 'vitest';
import { summaryTable } from '../../../src/app/backtest/summaryTable.js';
import { makeReport } from './report/smallReport.js';

test('the table on the terminal says how many series are calibrated, and how many if values on an edge may count either way', () => {
  expect(summaryTable(makeReport())).toContain(
    '75 % of series have a coverage within 0.70–0.90; 100 % if values on an edge of p10–p90 may count either way',
  );
});

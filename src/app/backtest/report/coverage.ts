/** What the coverage of p10–p90 should be. */

/** What p10–p90 promises. */
export const PROMISED_COVERAGE = 0.8;

/** Three points about the promise: what the coverage of a whole data set should keep to. */
export const COVERAGE_TARGET = [PROMISED_COVERAGE - 0.03, PROMISED_COVERAGE + 0.03] as const;

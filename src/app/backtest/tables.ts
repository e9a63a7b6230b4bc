/** Rows of the CSV files of a backtest. */
import { type Forecast, HORIZON_STEPS, QUANTILE_LEVELS, type Risk } from '../../core/flow.js';

export const FORECASTS_HEADER = 'origin,server,metric,step,p10,p50,p90,actual\n';
export const BASELINES_HEADER = 'origin,server,metric,method,step,p50\n';
export const RISK_HEADER = 'time,server,risk_score,p_1h,p_4h,p_8h,anomaly_score\n';

const LEVELS = QUANTILE_LEVELS.length;

/** HORIZON_STEPS rows. @param actual [HORIZON_STEPS]; NaN = unknown, an empty cell */
export function forecastRows({ server, metric, origin, values }: Forecast, actual: Float64Array): string {
  const start = `${origin},${csvCell(server)},${csvCell(metric)}`;
  let rows = '';
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const [low, middle, high] = values.subarray(h * LEVELS, (h + 1) * LEVELS);
    rows += `${start},${h + 1},${figure(low!)},${figure(middle!)},${figure(high!)},${figure(actual[h]!)}\n`;
  }
  return rows;
}

/** HORIZON_STEPS rows of one naive method. @param median [HORIZON_STEPS] */
export function baselineRows({ server, metric, origin }: Forecast, method: string, median: Float32Array): string {
  const start = `${origin},${csvCell(server)},${csvCell(metric)},${method}`;
  let rows = '';
  for (let h = 0; h < HORIZON_STEPS; h++) rows += `${start},${h + 1},${figure(median[h]!)}\n`;
  return rows;
}

/** One row; what is not known is an empty cell. */
export function riskRow(at: number, server: string, risk: Risk | undefined, anomaly: number | undefined): string {
  const probability = risk?.incidentProbability;
  const cells = [risk?.score, probability?.['1h'], probability?.['4h'], probability?.['8h'], anomaly];
  return `${at},${csvCell(server)},${cells.map((value) => figure(value ?? Number.NaN)).join(',')}\n`;
}

/** Six digits: finer than any sensor. */
function figure(value: number): string {
  return Number.isNaN(value) ? '' : String(Number(value.toPrecision(6)));
}

/** Quoted where a name holds what separates cells. */
export function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The text of /api/v1/metrics/predictions: one row per server, metric and horizon. */
import type { Forecast } from '../../core/flow.js';
import type { ServerView } from '../cycleView.js';
import { forecastStep, forecastValue } from '../forecastPoint.js';
import type { ExportHorizon } from '../options.js';
import { roundMeasure } from '../seriesText.js';
import { isoTime } from './timestamp.js';

export function* renderFlatPredictions(
  at: number,
  ranked: readonly ServerView[],
  horizons: readonly ExportHorizon[],
): Generator<string, void> {
  yield `{"timestamp":"${isoTime(at)}","predictions":[`;
  let separator = '';
  for (const { forecasts } of ranked) {
    for (const forecast of forecasts) {
      const rows = flatRows(at, forecast, horizons);
      if (rows.length === 0) continue;
      yield separator + rows.map((row) => JSON.stringify(row)).join(',');
      separator = ',';
    }
  }
  yield ']}\n';
}

function flatRows(at: number, forecast: Forecast, horizons: readonly ExportHorizon[]) {
  return horizons.flatMap(({ name, seconds }) => {
    const step = forecastStep(forecast, at + seconds);
    if (step === undefined) return [];
    const value = (level: 'p10' | 'p50' | 'p90') => roundMeasure(forecastValue(forecast, step, level));
    const { server, metric } = forecast;
    return [{ server, metric, horizon: name, p10: value('p10'), p50: value('p50'), p90: value('p90') }];
  });
}

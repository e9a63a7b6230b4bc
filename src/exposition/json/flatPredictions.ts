/** The text of /api/v1/metrics/predictions: one row per server, metric and horizon, and such rows of subjects apart, as in /predictions/current. */
import type { Forecast } from '../../core/flow.js';
import type { ServerView } from '../cycleView.js';
import { forecastStep, forecastValue } from '../forecastPoint.js';
import type { ExportHorizon } from '../options.js';
import { roundMeasure } from '../seriesText.js';
import { isoTime } from './timestamp.js';

/** What the rows are about, in the order in which they are told. */
export interface FlatSubjects {
  readonly servers: readonly ServerView[];
  readonly subjects: readonly ServerView[];
}

export function* renderFlatPredictions(
  at: number,
  { servers, subjects }: FlatSubjects,
  horizons: readonly ExportHorizon[],
): Generator<string, void> {
  yield `{"timestamp":"${isoTime(at)}","predictions":[`;
  yield* renderRows(servers, (forecast) =>
    flatRows(at, forecast, horizons).map((row) => ({ server: forecast.server, ...row })),
  );
  yield '],"subjects":[';
  yield* renderRows(subjects, (forecast) =>
    flatRows(at, forecast, horizons).map((row) => ({ subject: forecast.server, ...row })),
  );
  yield ']}\n';
}

function* renderRows(
  views: readonly ServerView[],
  rowsOf: (forecast: Forecast) => readonly object[],
): Generator<string, void> {
  let separator = '';
  for (const { forecasts } of views) {
    for (const forecast of forecasts) {
      const rows = rowsOf(forecast);
      if (rows.length === 0) continue;
      yield separator + rows.map((row) => JSON.stringify(row)).join(',');
      separator = ',';
    }
  }
}

function flatRows(at: number, forecast: Forecast, horizons: readonly ExportHorizon[]) {
  return horizons.flatMap(({ name, seconds }) => {
    const step = forecastStep(forecast, at + seconds);
    if (step === undefined) return [];
    const value = (level: 'p10' | 'p50' | 'p90') => roundMeasure(forecastValue(forecast, step, level));
    return [{ metric: forecast.metric, horizon: name, p10: value('p10'), p50: value('p50'), p90: value('p90') }];
  });
}

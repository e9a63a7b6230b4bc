/** The body of /api/v1/services/summary: what extra targets say of each of their subjects. Null = not known. */
import type { z } from 'zod';
import { isMetricName, unitName } from '../../core/metrics.js';
import { OWN_METRICS, OWN_SUBJECT } from '../../core/ownFigures.js';
import type { serviceSource, servicesAnswer } from '../answers/services.js';
import type { ServerView } from '../cycleView.js';
import { currentValue, forecastStep, forecastValue, riseInHour } from '../forecastPoint.js';
import { roundMeasure } from '../seriesText.js';
import type { QueryView } from '../state.js';
import { isoTime } from './timestamp.js';

const HOUR_SECONDS = 3600;

export interface Summarized {
  /** Epoch seconds. */
  readonly at: number;
  /** Servers and subjects; only those that an extra target has a value for come into the answer. */
  readonly views: readonly ServerView[];
  /** What the sources are asked. */
  readonly queries: readonly QueryView[];
}

/** All figures, subjects in alphabetical order; a figure without a value within 30 minutes is left out. */
export function servicesSummary({ at, views, queries }: Summarized): z.input<typeof servicesAnswer> {
  const services = views
    .map((view) => ({
      name: view.frame.server,
      state: view.frame.state,
      risk_score: view.risk === undefined ? null : roundMeasure(view.risk.score),
      figures: view.frame.metrics.flatMap((metric) => figureOf(metric, view, { at, queries })),
    }))
    .filter(({ figures }) => figures.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { timestamp: isoTime(at), count: services.length, services, silent: queries.flatMap(silentTarget) };
}

/** The same while there is no cycle to speak of. */
export function noServicesSummary(at: number, message: string): z.input<typeof servicesAnswer> {
  return { ...servicesSummary({ at, views: [], queries: [] }), error: 'insufficient_data', message };
}

function figureOf(metric: string, view: ServerView, { at, queries }: Pick<Summarized, 'at' | 'queries'>) {
  if (isMetricName(metric) || isOwn(metric, view)) return [];
  const { frame } = view;
  const value = currentValue(frame, metric);
  if (value === undefined) return [];
  const rise = riseInHour(frame, metric);
  return [
    {
      metric,
      value: roundMeasure(value),
      unit: unitName(metric),
      trend_pct: rise === undefined ? null : roundMeasure(100 * rise),
      forecast: forecastOf(metric, view, at + HOUR_SECONDS),
      sources: queries.filter((query) => query.metric === metric && isAbout(query, frame.server)).map(sourceOf),
    },
  ];
}

/** linborg's own figures come from no source. */
function isOwn(metric: string, { frame }: ServerView): boolean {
  return frame.server === OWN_SUBJECT && OWN_METRICS.some((own) => own === metric);
}

function forecastOf(metric: string, { forecasts }: ServerView, time: number) {
  const forecast = forecasts.find((one) => one.metric === metric);
  const step = forecast && forecastStep(forecast, time);
  if (step === undefined) return null;
  const value = (level: 'p10' | 'p50' | 'p90') => roundMeasure(forecastValue(forecast!, step, level));
  return { time: isoTime(time), p10: value('p10'), p50: value('p50'), p90: value('p90') };
}

function isAbout({ subjects }: QueryView, subject: string): boolean {
  return subjects?.includes(subject) ?? false;
}

function sourceOf({ source, alternative, expr, page }: QueryView): z.input<typeof serviceSource> {
  return { name: source, target: alternative, query: expr, page };
}

/** A target that brings nothing now, and why. */
function silentTarget({ metric, subjects, failure, ...query }: QueryView) {
  if (subjects === undefined || subjects.length > 0) return [];
  return [
    {
      metric,
      message: failure ?? 'the query is answered with nothing',
      source: sourceOf({ metric, failure, ...query }),
    },
  ];
}

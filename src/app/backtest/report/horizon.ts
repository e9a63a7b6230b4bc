/** How error and coverage change with the distance into the future. */
import { scaleLinear } from 'd3-scale';
import { type Html, html } from '../../../web/pages/html.js';
import { isDrawable, logAxis, type ValueAxis } from './axis.js';
import { COVERAGE_TARGET } from './coverage.js';
import { describeFixed, describeShare, type Figure, isMeasured } from './figures.js';
import { type PlottedLine, renderLinePlot } from './linePlot.js';
import { type DatasetView, methodLook, scoreOf } from './lookup.js';
import type { MethodScore } from './reportData.js';

export function renderHorizonPlots(view: DatasetView): Html | undefined {
  const { byHorizon, name } = view.dataset;
  if (byHorizon.length === 0) return undefined;
  const places = byHorizon.map((group) => group.name);
  const errors = linesOf(view, ({ mase }) => mase);
  const coverages = linesOf(view, ({ coverage }) => coverage);
  return html`${renderFigure(
    'Median MASE by horizon',
    'lower is better; logarithmic',
    errors.length > 0 &&
      renderLinePlot({
        label: `Median MASE by horizon on ${name}`,
        places,
        lines: errors,
        axis: errorAxis(errors),
        describe: (value) => describeFixed(value, 2),
      }),
  )}${renderFigure(
    'Coverage of p10–p90 by horizon',
    `the shaded band is ${COVERAGE_TARGET.map((share) => describeFixed(share, 2)).join('–')}`,
    coverages.length > 0 &&
      renderLinePlot({
        label: `Coverage of p10 to p90 by horizon on ${name}`,
        places,
        lines: coverages,
        axis: coverageAxis(coverages),
        band: COVERAGE_TARGET,
        describe: (value) => describeShare(value, 0),
      }),
  )}`;
}

function renderFigure(title: string, hint: string, plot: Html | false): Html | undefined {
  if (plot === false) return undefined;
  return html`<figure class="card chart"><figcaption><b>${title}</b> <span class="muted small">${hint}</span></figcaption><div class="scroll">${plot}</div></figure>`;
}

/** A line per method that has figures, those by hand first, so that the others are drawn over them. */
function linesOf(view: DatasetView, figure: (score: MethodScore) => Figure): PlottedLine[] {
  const lines = view.report.methods.map((method) => ({
    label: method.title,
    look: methodLook(view, method),
    values: view.dataset.byHorizon.map((group) => {
      const score = scoreOf(group, method.id);
      const value = score && figure(score);
      return isDrawable(value) ? value : null;
    }),
  }));
  return lines.filter(({ values }) => values.some(isMeasured)).reverse();
}

function errorAxis(lines: readonly PlottedLine[]): (bottom: number, top: number) => ValueAxis {
  const values = lines.flatMap((line) => line.values).filter(isMeasured);
  return (bottom, top) => logAxis(values, [bottom, top], 16);
}

const COVERAGE_TICKS = 6;

/** From the lowest coverage or the target, whichever is lower, to 1 at most. */
function coverageAxis(lines: readonly PlottedLine[]): (bottom: number, top: number) => ValueAxis {
  const values = lines.flatMap((line) => line.values).filter(isMeasured);
  const low = Math.max(0, Math.min(0.68, ...values) - 0.02);
  const high = Math.min(1, Math.max(0.9, ...values) + 0.02);
  return (bottom, top) => {
    // A share outside 0–1 would be drawn outside the plot.
    const at = scaleLinear([low, high], [bottom, top]).clamp(true);
    return { at, ticks: at.ticks(COVERAGE_TICKS) };
  };
}

/** The losses of a training over its steps, and the step whose weights were kept. */
import { scaleLinear } from 'd3-scale';
import type { LossPoint } from '../../../model/training/checkpoint.js';
import { type PlotArea, renderValueTick } from '../../../web/pages/axes.js';
import { type Html, html } from '../../../web/pages/html.js';
import { coordinate, linePath } from '../../../web/pages/plot.js';
import { logAxis } from '../../backtest/report/axis.js';
import { describeCount, describeFixed } from '../../backtest/report/figures.js';

const WIDTH = 520;
const HEIGHT = 256;
const AREA: PlotArea = { left: 40, right: 500, top: 12, bottom: 214 };
const STEP_TICKS = 5;

/** Undefined where nothing was learnt. @param keptStep  0 = the weights it began with */
export function renderLossPlot(history: readonly LossPoint[], keptStep: number): Html | undefined {
  const trained = history.filter(({ loss }) => Number.isFinite(loss));
  const validated = history.flatMap(({ step, validationLoss }) =>
    validationLoss === undefined || !Number.isFinite(validationLoss) ? [] : [{ step, loss: validationLoss }],
  );
  const points = [...trained, ...validated];
  if (points.length === 0) return undefined;
  const lastStep = Math.max(...points.map(({ step }) => step), keptStep);
  const x = scaleLinear([0, lastStep], [AREA.left, AREA.right]);
  const stepTicks = x.ticks(STEP_TICKS).filter(Number.isInteger);
  const { at, ticks } = logAxis(
    points.map(({ loss }) => loss),
    [AREA.bottom, AREA.top],
    22,
  );
  const path = (line: readonly { readonly step: number; readonly loss: number }[]) =>
    linePath(
      line.map(({ step, loss }) => ({ time: step, value: loss })),
      { x, y: at },
    );
  const kept = coordinate(x(keptStep));
  return html`<figure class="card chart"><figcaption><b>Loss over steps</b> <span class="muted small"><i class="other"><i class="swatch"></i></i>training <i class="served"><i class="swatch"></i></i>validation; dashed: step ${describeCount(keptStep)}, which was kept; logarithmic</span></figcaption><div class="scroll"><svg class="loss" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="Training and validation loss over steps">
${ticks.map((tick) => renderValueTick(AREA, at(tick), String(tick)))}
${stepTicks.map((step) => html`<text x="${coordinate(x(step))}" y="${String(AREA.bottom + 18)}" text-anchor="middle">${describeCount(step)}</text>`)}
<text x="${coordinate((AREA.left + AREA.right) / 2)}" y="${String(AREA.bottom + 36)}" text-anchor="middle">steps</text>
<line class="reference" x1="${kept}" x2="${kept}" y1="${coordinate(AREA.top)}" y2="${coordinate(AREA.bottom)}"/>
<g class="other"><path class="line" d="${path(trained)}"/></g>
<g class="served"><path class="line" d="${path(validated)}"/>${validated.map(({ step, loss }) => html`<circle class="mark" cx="${coordinate(x(step))}" cy="${coordinate(at(loss))}" r="3"><title>validation at step ${describeCount(step)}: ${describeFixed(loss, 4)}</title></circle>`)}</g>
</svg></div></figure>`;
}

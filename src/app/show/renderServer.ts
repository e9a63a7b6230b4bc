/** A server for the terminal: its risk with the reasons, and past and future of the metrics that carry it. */
import type { Risk } from '../../core/flow.js';
import { topReasons } from '../../core/topReasons.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { dateAndTime, describeRatio, describeValue, metricHelp, STATE_WORDS } from '../../web/pages/words.js';
import { type Canvas, drawSeries, type Symbols } from './drawSeries.js';

/** @param metrics  those to draw; undefined = those that carry the risk, else the first three that have a forecast, else that have values */
export function renderServer(
  view: ServerView,
  at: number,
  metrics: readonly string[] | undefined,
  canvas: Canvas,
): string {
  const { frame, risk, forecasts } = view;
  const shown = metrics ?? telling(view);
  const drawings = shown.map((metric) => {
    const forecast = forecasts.find((one) => one.metric === metric);
    const threshold = risk?.thresholds.find((one) => one.metric === metric)?.threshold;
    const title = `${titleOf(metric, threshold)}${forecast ? '' : ', no forecast yet'}`;
    return [...wrap(title, canvas.columns), ...drawSeries({ frame, metric, forecast, threshold, at }, canvas)].join(
      '\n',
    );
  });
  const head = [
    `${frame.server} (${frame.profile}) at ${dateAndTime(at)}: ${risk ? riskInWords(risk) : STATE_WORDS[frame.state]}`,
    ...(risk ? topReasons(risk).map(({ points, reason }) => `  ${describePoints(points)}: ${reason}`) : []),
  ].flatMap((line) => wrap(line, canvas.columns));
  const legend = wrap(legendOf(canvas.symbols), canvas.columns).join('\n');
  return [head.join('\n'), ...drawings, legend].join('\n\n');
}

function legendOf({ past, median, band, threshold, now }: Symbols): string {
  return `${past} past, ${median} median forecast, ${band} p10 to p90, ${threshold} threshold, ${now} now; times in UTC`;
}

function describePoints(points: number): string {
  const whole = points.toFixed(0);
  return `${whole} ${whole === '1' ? 'point' : 'points'}`;
}

/** Most metrics that are drawn unasked. */
const MOST_DRAWN = 3;

function telling({ frame, risk, forecasts }: ServerView): string[] {
  const reasons = risk ? topReasons(risk).map(({ metric }) => metric) : [];
  const forecast = forecasts.map(({ metric }) => metric);
  const metrics = [reasons, forecast, frame.metrics].find(({ length }) => length > 0) ?? [];
  return metrics.slice(0, MOST_DRAWN);
}

function riskInWords({ score, color, incidentProbability }: Risk): string {
  return `risk ${score.toFixed(0)} (${color}), a threshold is breached within 8 h with a probability of ${describeRatio(incidentProbability['8h'])}`;
}

function titleOf(metric: string, threshold: number | undefined): string {
  const limit = threshold === undefined ? '' : `, threshold ${describeValue(metric, threshold)}`;
  const help = metricHelp(metric);
  return `${metric}${help && `: ${help}`}${limit}`;
}

/** At spaces; what follows the first line is indented. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = `    ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

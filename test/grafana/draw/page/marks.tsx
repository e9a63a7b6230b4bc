/** Marks of what happened, asked and drawn over graphs as Grafana does it; its own code for that is not in its packages. */
import type { UPlotConfigBuilder } from '@grafana/ui';
import { useTheme2 } from '@grafana/ui';
import { createContext, useContext, useLayoutEffect } from 'react';
import type { Annotation } from '../../form.js';
import type { Drawing } from './dashboard.js';
import { askMarks } from './prometheus.js';

/** From one moment to another, epoch seconds; often the same. */
export interface Mark {
  readonly name: string;
  readonly color: string;
  readonly from: number;
  readonly to: number;
}

export const Marks = createContext<readonly Mark[]>([]);

export async function marksOf(drawing: Drawing): Promise<readonly Mark[]> {
  const found = await Promise.all(drawing.dashboard.annotations.list.map((one) => marksOfOne(one, drawing)));
  return found.flat();
}

/** Moments that are no farther apart than the points of the query are one mark. */
async function marksOfOne(annotation: Annotation, drawing: Drawing): Promise<Mark[]> {
  const { name, iconColor: color, useValueForTime: isMoment } = annotation;
  const { step, series } = await askMarks(annotation.target, drawing);
  return series.flatMap((values) => {
    const moments = values
      .filter(([, value]) => isMoment || Number(value) > 0)
      .map(([seconds, value]) => (isMoment ? Number(value) / 1000 : seconds));
    return spansOf(moments, step).map((span) => ({ name, color, ...span }));
  });
}

function spansOf(moments: readonly number[], gapSeconds: number): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const moment of moments) {
    const last = spans.at(-1);
    if (last !== undefined && moment <= last.to + gapSeconds) last.to = moment;
    else spans.push({ from: moment, to: moment });
  }
  return spans;
}

/** Lays the marks over a graph, as elements of the page: what is drawn on its canvas are its own lines. */
export function MarksOver({ config }: { readonly config: UPlotConfigBuilder }) {
  const marks = useContext(Marks);
  const theme = useTheme2();
  useLayoutEffect(() => {
    config.addHook('draw', (plot) => {
      for (const old of plot.over.querySelectorAll('[data-mark]')) old.remove();
      const placeOf = (seconds: number) => plot.valToPos(1000 * seconds, 'x');
      const { min = 0, max = 0 } = plot.scales['x'] ?? {};
      for (const mark of marks.filter(({ from, to }) => 1000 * to >= min! && 1000 * from <= max!)) {
        const left = Math.max(0, placeOf(mark.from));
        const element = document.createElement('div');
        element.dataset['mark'] = mark.name;
        const color = theme.visualization.getColorByName(mark.color);
        Object.assign(element.style, {
          ...{ position: 'absolute', top: '0', height: '100%', left: `${left}px`, pointerEvents: 'none' },
          width: `${Math.max(0, Math.min(plot.over.clientWidth, placeOf(mark.to)) - left)}px`,
          borderLeft: `1px dashed ${color}`,
          background: `${color}1a`,
        });
        plot.over.append(element);
      }
    });
  }, [config, marks, theme]);
  return null;
}

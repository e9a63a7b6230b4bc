/** A whole dashboard on one page: its panels laid out as Grafana lays them out, folded rows open; what became of each is reported. */
import { createTheme, type DataFrame, EventBusSrv, FieldType, LoadingState, ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PanelChrome, PanelContextProvider, PortalContainer, useTheme2 } from '@grafana/ui';
import { Component, type ReactNode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { allPanels, drawnPanels } from '../../form.js';
import type { DrawnPanel } from '../drawnPanel.js';
import { type Drawing, type Panel, spanOf } from './dashboard.js';
import { dress, registerTransformations } from './fields.js';
import { PanelOfKind } from './kinds.js';
import { type Mark, Marks, marksOf } from './marks.js';
import { ask } from './prometheus.js';

declare global {
  interface Window {
    drawing: Drawing;
    /** By number; complete when every panel is in it. */
    outcomes: Record<number, Outcome>;
    /** What became of all panels, once they are drawn. */
    inspect(): DrawnPanel[];
  }
}

interface Outcome {
  readonly series: number;
  /** Two values side by side somewhere, so that there is a line to be drawn. */
  readonly hasLine: boolean;
  readonly fault?: string | undefined;
}

const COLUMNS = 24;
const GAP_PIXELS = 8;
const LINE_PIXELS = 30 + GAP_PIXELS;

interface PageProps {
  readonly drawing: Drawing;
  readonly marks: readonly Mark[];
}

function DashboardPage({ drawing, marks }: PageProps) {
  const theme = createTheme({ colors: { mode: drawing.theme } });
  // Folded rows are drawn open.
  const panels = allPanels(drawing.dashboard);
  const bottom = Math.max(...panels.map(({ gridPos: { y, h } }) => (y + h) * LINE_PIXELS));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PortalContainer />
      <h3 style={{ margin: GAP_PIXELS }}>{drawing.dashboard.title}</h3>
      <div style={{ position: 'relative', height: bottom, margin: GAP_PIXELS }}>
        <Marks.Provider value={marks}>
          {panels.map((panel) =>
            panel.type === 'row' ? (
              <h5 key={panel.id} style={{ position: 'absolute', top: panel.gridPos.y * LINE_PIXELS + GAP_PIXELS }}>
                {panel.title}
              </h5>
            ) : (
              <Guard key={panel.id} panel={panel}>
                <PanelInPlace panel={panel} drawing={drawing} />
              </Guard>
            ),
          )}
        </Marks.Provider>
      </div>
    </ThemeContext.Provider>
  );
}

/** Reports a panel whose drawing throws, and leaves the others alone. */
class Guard extends Component<{ readonly panel: Panel; readonly children: ReactNode }, { readonly fault?: string }> {
  override state: { readonly fault?: string } = {};

  static getDerivedStateFromError(error: Error) {
    return { fault: error.message };
  }

  override render() {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    window.outcomes[this.props.panel.id] = { series: 0, hasLine: false, fault };
    return <pre>{fault}</pre>;
  }
}

function PanelInPlace({ panel, drawing }: { readonly panel: Panel; readonly drawing: Drawing }) {
  const theme = useTheme2();
  const column = (window.innerWidth - 2 * GAP_PIXELS) / COLUMNS;
  const { x, y, w, h } = panel.gridPos;
  const width = w * column - GAP_PIXELS;
  const height = h * LINE_PIXELS - GAP_PIXELS;
  const [found, setFound] = useState<{ readonly frames: DataFrame[]; readonly fault?: string }>();
  useEffect(() => {
    ask(panel, drawing, Math.floor(width))
      .then((frames) => dress(panel, frames, theme))
      .then((frames) => setFound({ frames }))
      .catch((error: Error) => setFound({ frames: [], fault: error.message }));
  }, [panel, drawing, width, theme]);
  useEffect(() => {
    if (found === undefined) return;
    const { frames, fault } = found;
    window.outcomes[panel.id] = { series: seriesIn(frames), hasLine: frames.some(hasLine), fault };
  }, [panel, found]);
  return (
    <div data-panel={panel.id} style={{ position: 'absolute', left: x * column, top: y * LINE_PIXELS, width, height }}>
      <PanelChrome
        title={panel.title}
        description={panel.description ?? ''}
        width={width}
        height={height}
        loadingState={found === undefined ? LoadingState.Loading : LoadingState.Done}
        {...(found?.fault === undefined ? {} : { statusMessage: found.fault })}
      >
        {(innerWidth, innerHeight) =>
          found === undefined ? null : (
            <PanelContextProvider value={{ eventsScope: `panel-${panel.id}`, eventBus: new EventBusSrv() }}>
              <div data-content={panel.id}>
                {seriesIn(found.frames) === 0 ? (
                  <p>{found.fault ?? panel.fieldConfig.defaults.noValue ?? 'No data'}</p>
                ) : (
                  <PanelOfKind
                    panel={panel}
                    frames={found.frames}
                    span={spanOf(panel, drawing)}
                    width={innerWidth}
                    height={innerHeight}
                  />
                )}
              </div>
            </PanelContextProvider>
          )
        }
      </PanelChrome>
    </div>
  );
}

/** Series with a value, or tables with a row. */
function seriesIn(frames: readonly DataFrame[]): number {
  return frames.filter(({ fields }) => {
    const value = fields.find(({ type }) => type === FieldType.number) ?? fields[0];
    return value?.values.some((one) => typeof one !== 'number' || Number.isFinite(one));
  }).length;
}

function hasLine({ fields }: DataFrame): boolean {
  const values = fields.find(({ type }) => type === FieldType.number)?.values ?? [];
  return values.some((value, i) => Number.isFinite(value) && Number.isFinite(values[i + 1]));
}

function inspectPanel({ id, title, type }: Panel): DrawnPanel {
  const content = document.querySelector<HTMLElement>(`[data-content="${id}"]`);
  const text = content?.innerText.trim() ?? '';
  const { series = 0, hasLine: isLine = false, fault } = window.outcomes[id] ?? {};
  const draws = isLine && ['timeseries', 'state-timeline'].includes(type);
  const isDrawn = content !== null && (draws ? hasPicture(content) : text !== '');
  return { id, title, text, isDrawn, series, fault };
}

function hasPicture(content: HTMLElement): boolean {
  return [...content.querySelectorAll('canvas')].some(hasColor) || content.querySelector('svg rect') !== null;
}

/** Axes and grid are grey, lines are not. */
function hasColor(canvas: HTMLCanvasElement): boolean {
  const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 0; i < pixels.length; i += 4) {
    const [red = 0, green = 0, blue = 0, opacity = 0] = pixels.subarray(i, i + 4);
    if (opacity > 100 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) return true;
  }
  return false;
}

const { drawing } = window;
const all = drawnPanels(drawing.dashboard);
window.outcomes = {};
window.inspect = () => all.map(inspectPanel);
// Widths of texts are measured before they are drawn.
await Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 14px Inter`)));
await initPluginTranslations('linborg', []);
registerTransformations();
const marks = await marksOf(drawing).catch((error: Error) => {
  // The panels are drawn all the same; the browser complains.
  reportError(error);
  return [];
});
createRoot(document.getElementById('root')!).render(<DashboardPage drawing={drawing} marks={marks} />);

/** A strip of colours over time for each series: stands in for Grafana's state timeline, which its packages do not hold. */
import { type DataFrame, dateTimeFormat, type Field, FieldType, getFieldDisplayName } from '@grafana/data';
import { useContext } from 'react';
import { secondsOf } from '../../form.js';
import type { Span } from './dashboard.js';
import type { PanelProps } from './kinds.js';
import { Marks } from './marks.js';

const NAME_PIXELS = 110;
const AXIS_PIXELS = 20;
const STRIP_PIXELS = 40;
/** How far apart times may stand. */
const STEPS = ['5m', '15m', '30m', '1h', '2h', '3h', '6h', '12h', '1d'].map(secondsOf);
const TICK_PIXELS = 100;

export function Strips({ frames, span, width, height }: PanelProps) {
  const marks = useContext(Marks);
  const high = Math.min(STRIP_PIXELS, (height - AXIS_PIXELS) / frames.length);
  const bottom = high * frames.length;
  const pixelsPerSecond = (width - NAME_PIXELS) / (span.to - span.from);
  const placeOf = (seconds: number) => NAME_PIXELS + pixelsPerSecond * (seconds - span.from);
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label="strips over time"
      shapeRendering="crispEdges"
      fontSize={12}
      fill="currentColor"
    >
      {frames.map((frame, row) => {
        const { name, cells } = stripOf(frame, frames);
        return (
          <g key={name} transform={`translate(0 ${row * high})`}>
            <text x={0} y={high / 2 + 4}>
              {name}
            </text>
            {cells.map(({ from, until, color }) => (
              <rect
                key={from}
                x={placeOf(from)}
                width={Math.max(0.5, pixelsPerSecond * (until - from))}
                y={2}
                height={high - 4}
                fill={color}
              />
            ))}
          </g>
        );
      })}
      {ticks(span, pixelsPerSecond).map((seconds) => (
        <text key={seconds} x={placeOf(seconds)} y={bottom + 14} textAnchor="middle">
          {dateTimeFormat(1000 * seconds, { timeZone: 'utc', format: 'HH:mm' })}
        </text>
      ))}
      {marks
        .filter(({ name }) => name === 'Now')
        .map(({ name, from }) => (
          <line
            key={name}
            {...{ x1: placeOf(from), x2: placeOf(from), y1: 0, y2: bottom }}
            stroke="currentColor"
            strokeDasharray="4 3"
          />
        ))}
    </svg>
  );
}

/** Full hours, or parts of one, as many as can be read. */
function ticks({ from, to }: Span, pixelsPerSecond: number): number[] {
  const step = STEPS.find((seconds) => seconds * pixelsPerSecond >= TICK_PIXELS) ?? STEPS.at(-1)!;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}

function stripOf(frame: DataFrame, all: DataFrame[]) {
  const time = frame.fields.find(({ type }) => type === FieldType.time) as Field<number>;
  const value = frame.fields.find(({ type }) => type === FieldType.number) as Field<number>;
  const step = time.config.interval! / 1000;
  const cells = time.values.map((milliseconds, i) => ({
    from: milliseconds / 1000,
    until: milliseconds / 1000 + step,
    color: value.display!(value.values[i]).color ?? 'gray',
  }));
  return { name: getFieldDisplayName(value, frame, all), cells };
}

/** A strip of colours over time for each series: stands in for Grafana's state timeline, which its packages do not hold. */
import { type DataFrame, type Field, FieldType, getFieldDisplayName } from '@grafana/data';
import type { PanelProps } from './kinds.js';

const NAME_PIXELS = 110;

export function Strips({ frames, span, width, height }: PanelProps) {
  const high = Math.min(40, height / frames.length);
  const pixelsPerSecond = (width - NAME_PIXELS) / (span.to - span.from);
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
                x={NAME_PIXELS + pixelsPerSecond * (from - span.from)}
                width={Math.max(0.5, pixelsPerSecond * (until - from))}
                y={2}
                height={high - 4}
                fill={color}
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
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

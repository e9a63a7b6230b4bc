import { scaleLinear } from 'd3-scale';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PlotArea, renderTimeAxis, renderValueAxis } from '../../src/web/pages/axes.js';
import type { Html } from '../../src/web/pages/html.js';
import { bandPath, linePath } from '../../src/web/pages/plot.js';
import { renderReliabilityDiagram } from '../../src/web/pages/reliabilityDiagram.js';
import { valueSpan } from '../../src/web/pages/valueSpan.js';

const { NaN: absent } = Number;
const scale = { x: scaleLinear([0, 10], [0, 100]), y: scaleLinear([0, 10], [100, 0]) };
const toPoints = (values: readonly number[]) => values.map((value, time) => ({ time, value }));

describe('a path', () => {
  test('breaks at a missing value and closes a lone point, so that round line ends make it a dot', () => {
    expect(linePath(toPoints([1, absent, 3, 4]), scale)).toBe('M0,90ZM20,70L30,60');
    expect(linePath(toPoints([absent]), scale)).toBe('');
  });

  test('of a band breaks where one of its edges is missing', () => {
    const [lower, upper] = [toPoints([1, 1, absent, 1, 1, 1]), toPoints([2, 2, 2, 2, absent, 2])];
    const parts = bandPath(lower, upper, scale).split('Z').slice(0, -1);
    expect(parts).toEqual(['M0,80L10,80L10,90L0,90', 'M30,80L30,90', 'M50,80L50,90']);
  });

  test('has coordinates of a tenth of a unit', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6 }));
    fc.assert(
      fc.property(values, (any) => {
        const path = linePath(toPoints(any), { x: (time) => time / 3, y: (value) => value / 7 });
        expect(path).toMatch(/^(M(-?\d+(\.\d)?,-?\d+(\.\d)?L?)+Z?)*$/);
      }),
    );
  });
});

const AREA: PlotArea = { left: 40, right: 340, top: 0, bottom: 100 };

function labelsOf(axis: readonly Html[]): string[] {
  return axis.map(({ text }) => />([^<>]+)<\/text>/.exec(text)![1]!);
}

describe('a value axis', () => {
  const axisOf = (from: number, to: number) => renderValueAxis(AREA, scaleLinear([from, to], [100, 0]), 5);

  test('lies inside the plot, and no two of its labels are the same', () => {
    const from = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const span = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(from, span, (low, width) => {
        const axis = axisOf(low, low + width);
        expect(axis.length).toBeGreaterThanOrEqual(2);
        expect(axis.length).toBeLessThanOrEqual(11);
        expect(new Set(labelsOf(axis)).size).toBe(axis.length);
        for (const { text } of axis) {
          const y = Number(/ y1="([^"]+)"/.exec(text)![1]);
          expect(y).toBeGreaterThanOrEqual(AREA.top);
          expect(y).toBeLessThanOrEqual(AREA.bottom);
        }
      }),
    );
  });

  test('tells neighbours apart that differ by little', () => {
    expect(labelsOf(axisOf(1000, 1001))).toEqual(['1,000.0', '1,000.2', '1,000.4', '1,000.6', '1,000.8', '1,001.0']);
  });

  test('writes large values with a prefix', () => {
    expect(labelsOf(axisOf(0, 2.5e9))).toEqual(['0.0G', '0.5G', '1.0G', '1.5G', '2.0G', '2.5G']);
  });
});

describe('a time axis', () => {
  const noon = Date.UTC(2026, 0, 5, 12) / 1000;
  const axisOf = (from: number, to: number) => renderTimeAxis(AREA, scaleLinear([from, to], [40, 340]), 5);

  test('has times of day in UTC', () => {
    const hours = axisOf(noon - 24 * 3600, noon + 8 * 3600);
    expect(labelsOf(hours)).toEqual(['12:00', '18:00', '00:00', '06:00', '12:00', '18:00']);
    expect(labelsOf(axisOf(noon - 7200, noon + 3600))).toEqual([
      '10:00',
      '10:30',
      '11:00',
      '11:30',
      '12:00',
      '12:30',
      '13:00',
    ]);
  });

  test('of several days has dates', () => {
    const days = axisOf(noon - 3 * 86_400, noon + 86_400);
    expect(labelsOf(days)).toEqual(['Jan 03', 'Jan 04', 'Jan 05', 'Jan 06']);
  });

  test('ends with a label that is not cut off', () => {
    const anchors = axisOf(noon - 24 * 3600, noon).map(({ text }) => /text-anchor="(\w+)"/.exec(text)![1]);
    expect(anchors).toEqual(['middle', 'middle', 'middle', 'middle', 'end']);
  });
});

describe('the span of a value axis', () => {
  test('holds all values, with air that ends at the bounds of the metric', () => {
    expect(valueSpan('mem_used_pct', [0.5, 99])).toEqual([0, 102]);
    expect(valueSpan('load_average', [10, 20])).toEqual([9.2, 20.8]);
    expect(valueSpan('load_average', [])).toEqual([0, 1]);
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (any) => {
        const [low, high] = valueSpan('cpu_user_pct', [...any, absent]);
        expect(low).toBeLessThan(high);
        expect(low).toBeLessThanOrEqual(Math.min(...any));
        expect(high).toBeGreaterThanOrEqual(Math.max(...any));
      }),
    );
  });

  test('of an extra metric goes below zero with its values', () => {
    expect(valueSpan('temperature_celsius', [-20, -10])[0]).toBeLessThan(-20);
  });
});

describe('a reliability diagram', () => {
  const dot = { promised: 0.5, observed: 0.4, cases: 100, fill: 'mark' };
  const { text } = renderReliabilityDiagram({
    ...{ width: 110, height: 150, area: { left: 0, right: 100, top: 0, bottom: 100 }, label: 'x', caption: 'y' },
    series: [{ look: 'served', dots: [dot, { ...dot, cases: 25, interval: [0.2, 0.6] }] }],
  });

  test('has a band as wide as reliability aims at, all along the diagonal', () => {
    const [, band] = /class="band" d="M([^Z]+)Z"/.exec(text)!;
    expect(band!.split('L')).toEqual(['0,95', '5,90', '95,0', '100,0', '100,5', '95,10', '5,100', '0,100']);
  });

  test('has dots whose area goes with the cases, with what chance allows', () => {
    expect(
      [...text.matchAll(/<circle class="mark" cx="50" cy="60" r="([\d.]+)"/g)].map(([, radius]) => radius),
    ).toEqual(['7', '3.5']);
    expect(text).toContain('<line class="whisker" x1="50" x2="50" y1="80" y2="40"/>');
  });
});

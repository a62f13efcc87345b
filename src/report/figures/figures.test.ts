import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { precisionRecallFigure, rocFigure, rocZoom } from './curves.ts';
import { HEIGHT, WIDTH } from './frame.ts';
import { histogramFigure } from './histogram.ts';
import { lineChart } from './line-chart.ts';
import { createScale } from './scale.ts';

const labels = { title: 'T', xLabel: 'X', yLabel: 'Y' };
const confusion = { truePositive: 9, falsePositive: 1, trueNegative: 9, falseNegative: 1 };

describe('createScale', () => {
  it('ticks at round numbers', () => {
    expect(createScale({ min: 0, max: 1, from: 0, to: 100 }).ticks).toBeAllClose([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(createScale({ min: 0.99, max: 1, from: 0, to: 1 }).ticks).toHaveLength(6);
    expect(createScale({ min: 3, max: 47, from: 0, to: 1 }).ticks).toEqual([10, 20, 30, 40]);
    expect(createScale({ min: 1, max: 3, from: 0, to: 1, isWhole: true }).ticks).toEqual([1, 2, 3]);
  });

  it('moves its ends out to ticks when asked to, and labels with as many decimals as it takes', () => {
    const scale = createScale({ min: 0.012, max: 0.243, from: 200, to: 0, isNice: true });
    expect([scale.min, scale.max]).toBeAllClose([0, 0.25]);
    expect(scale.ticks.map(scale.label)).toEqual(['0.00', '0.05', '0.10', '0.15', '0.20', '0.25']);
    expect([scale.at(0), scale.at(0.25), scale.at(0.125)]).toBeAllClose([200, 0, 100]);
  });

  it('has finite places and few ticks for any ends', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.boolean(), (min, max, isNice) => {
        fc.pre(
          !(Math.abs(max - min) > 1e300) && !(Math.abs(max - min) < Math.abs(min) * 1e-9 && max !== min),
        );
        fc.pre(!(Math.abs(max - min) < 1e-300 && max !== min));
        const scale = createScale({ min, max, from: 0, to: 100, isNice });
        expect(scale.ticks.length).toBeLessThan(15);
        for (const tick of scale.ticks) {
          expect(Number.isFinite(scale.at(tick))).toBe(true);
          expect(scale.label(tick)).not.toMatch(/NaN|Infinity/);
        }
      }),
    );
  });
});

describe('figures', () => {
  it('have a viewBox, a name, and no NaN, whatever they are given', () => {
    const hard = [
      lineChart({ ...labels, series: [] }),
      lineChart({ ...labels, series: [{ name: 'a', points: [] }] }),
      lineChart({ ...labels, series: [{ name: 'a', points: [[1, Number.NaN]] }] }),
      lineChart({ ...labels, series: [{ name: 'a', points: [[1, 5]] }], mark: { x: 1, label: 'kept' } }),
      lineChart({
        ...labels,
        series: [
          {
            name: 'a',
            points: [
              [1, 0],
              [2, null],
              [3, 0],
            ],
          },
        ],
      }),
      rocFigure({ points: [], confusion }),
      precisionRecallFigure({ points: [], confusion }),
      rocFigure({
        points: [
          { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
          { threshold: 1, falsePositiveRate: 1, truePositiveRate: 1 },
        ],
        confusion: { truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0 },
      }),
      histogramFigure({ histogram: { edges: [0, 1], similar: [0], dissimilar: [0] }, threshold: 0 }),
      histogramFigure({ histogram: { edges: [0, 1], similar: [3], dissimilar: [0] }, threshold: 5 }),
    ];
    for (const svg of hard) {
      expect(svg).toMatch(
        new RegExp(`^<svg [^>]*viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="[^"]+"`),
      );
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(svg.match(/<svg/g)!.length).toBe(svg.match(/<\/svg>/g)!.length);
    }
  });

  it('draw lines where the numbers are: gaps break them', () => {
    const svg = lineChart({
      ...labels,
      series: [
        {
          name: 'a',
          points: [
            [0, 0],
            [1, 1],
            [2, null],
            [3, 1],
            [4, 0],
          ],
        },
      ],
    });
    const path = svg.match(/<path d="([^"]+)" fill="none"/)![1];
    expect(path.match(/M/g)).toHaveLength(2);
    const [[, y0], [, y1], [, y3], [, y4]] = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [
      +x,
      +y,
    ]);
    expect(y1).toBe(0);
    expect(y3).toBe(0);
    expect(y0).toBe(y4);
    expect(y0).toBeGreaterThan(200);
  });

  it('draw an area around a line, broken where the line is', () => {
    const points = [1, 2, 3, 4].map((x) => [x, x] as const);
    const band = [[0, 2], [1, 3], null, [3, 8]] as const;
    const svg = lineChart({ ...labels, series: [{ name: 'a', points, band }] });
    // The axis holds the area, not only the line.
    expect(svg).toMatch(/>8<\/text>/);
    const areas = svg.match(/<path d="[^"]+Z" fill="[^"]+" fill-opacity="\.2"\/>/g)!;
    expect(areas).toHaveLength(1);
    expect(areas[0].match(/[ML]/g)).toHaveLength(4);
    expect(svg.match(/stroke-width="10"/g)).toHaveLength(1);
  });

  it('escape names', () => {
    const svg = lineChart({
      ...labels,
      title: '"><b>',
      series: [
        {
          name: '<i>',
          points: [
            [1, 1],
            [2, 2],
          ],
        },
      ],
    });
    expect(svg).not.toMatch(/<b>|<i>/);
  });

  it('show the whole curve where it is poor, its corner where it is good', () => {
    const curve = (corner: number) => [
      { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
      { threshold: 1, falsePositiveRate: corner, truePositiveRate: 1 - corner },
      { threshold: 2, falsePositiveRate: 1, truePositiveRate: 1 },
    ];
    expect([0.3, 0.05, 0.01, 0.002].map((corner) => rocZoom(curve(corner)))).toEqual([1, 0.2, 0.05, 0.01]);
  });

  it('put the chosen threshold where its rates are', () => {
    const points = [
      { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
      { threshold: 1, falsePositiveRate: 0.5, truePositiveRate: 0.5 },
      { threshold: 2, falsePositiveRate: 1, truePositiveRate: 1 },
    ];
    const svg = rocFigure({
      points,
      confusion: { truePositive: 3, falseNegative: 1, falsePositive: 1, trueNegative: 3 },
    });
    const [, width, height] = svg.match(/<svg x="\d+" y="\d+" width="(\d+)" height="(\d+)"/)!;
    const [, cx, cy] = svg.match(/<circle cx="([\d.]+)" cy="([\d.]+)"/)!;
    expect([+cx / (+width - 4), +cy / (+height - 4)]).toBeAllClose([0.25, 0.25], { rtol: 1e-3 });
  });
});

import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import type { MapPoint } from '../../projection/index.ts';
import { channelsOf, classColor, NO_CLASS_COLOR } from './class-colors.ts';
import { boundsOf, classMedians, fitInto, pushApart, withoutOverlap } from './map-layout.ts';

const random = createRandom('map-layout');
const cloud = (count: number, side: number): MapPoint[] =>
  Array.from({ length: count }, () => [side * random.uniform(), side * random.uniform()]);
const gap = ([ax, ay]: MapPoint, [bx, by]: MapPoint) => Math.max(Math.abs(ax - bx), Math.abs(ay - by));

describe('fitInto', () => {
  it('centres, keeps one scale, and turns y upwards', () => {
    const place = fitInto(
      boundsOf([
        [0, 0],
        [4, 2],
      ]),
      { width: 100, height: 100, padding: 10 },
    );
    expect(place([0, 0])).toEqual([10, 70]);
    expect(place([4, 2])).toEqual([90, 30]);
  });

  it('puts a single point, and none, in the middle', () => {
    const size = { width: 60, height: 40, padding: 5 };
    expect(fitInto(boundsOf([[7, -3]]), size)([7, -3])).toEqual([30, 20]);
    expect(boundsOf([])).toEqual({ minX: 0, minY: 0, maxX: 1, maxY: 1 });
  });

  it('lets a share of strays outside', () => {
    const points: MapPoint[] = Array.from({ length: 101 }, (_, i) => [i, i]);
    expect(boundsOf([...points.slice(0, 100), [1e9, -1e9]], 0.01)).toEqual({
      minX: 1,
      maxX: 99,
      minY: 0,
      maxY: 98,
    });
  });
});

describe('withoutOverlap', () => {
  it('keeps the first of those that would hide one another, as a plain loop does', () => {
    const points = cloud(300, 100);
    const expected: number[] = [];
    for (const [i, point] of points.entries())
      if (expected.every((j) => gap(points[j], point) >= 9)) expected.push(i);
    expect(withoutOverlap(points, 9)).toEqual(expected);
    expect(expected.length).toBeLessThan(300);
  });
});

describe('pushApart', () => {
  it('parts squares, equal ones too, and stays inside', () => {
    const places = [...cloud(120, 100), ...new Array<MapPoint>(20).fill([50, 50])];
    const moved = pushApart(places, 4, 100, 400);
    const gaps = moved.flatMap((a, i) => moved.slice(0, i).map((b) => gap(a, b)));
    expect(Math.min(...gaps)).toBeGreaterThan(3.2);
    expect(moved.flat().every((value) => value >= 2 && value <= 98)).toBe(true);
    expect(pushApart(places, 4, 100, 400)).toEqual(moved);
  });

  it('leaves those alone that have room', () => {
    const places: MapPoint[] = [
      [20, 20],
      [50, 60],
    ];
    for (const [i, place] of pushApart(places, 4, 100).entries())
      expect(gap(place, places[i])).toBeLessThan(0.01);
  });
});

it('finds the median of each class that has a point', () => {
  const points: MapPoint[] = [
    [0, 0],
    [5, 1],
    [1, 9],
    [2, 2],
  ];
  expect(classMedians(points, [3, 0, 3, 3])).toEqual([
    { label: 0, at: [5, 1] },
    { label: 3, at: [1, 2] },
  ]);
  expect(classMedians(points, [-1, -1, -1, -1])).toEqual([]);
});

it('gives each class a colour of its own', () => {
  const colors = Array.from({ length: 60 }, (_, label) => classColor(label));
  expect(new Set(colors).size).toBe(60);
  for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
  expect(classColor(-1)).toBe(NO_CLASS_COLOR);
  expect(channelsOf('#0180ff')).toEqual([1, 128, 255]);
});

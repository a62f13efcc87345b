import { expect, it } from 'vitest';
import { createCamera } from './camera.ts';

it('fits all, and keeps the place under the pointer when it zooms', () => {
  const camera = createCamera(10, 8);
  camera.fit(220, 120);
  expect(camera.toScreen(0, 0)).toEqual([60, 10]);
  expect(camera.toScreen(1, 1)).toEqual([160, 110]);
  camera.zoomAt(60, 10, 2);
  expect(camera.zoom()).toBe(2);
  expect(camera.toScreen(0, 0)).toEqual([60, 10]);
  expect(camera.toScreen(1, 0)).toEqual([260, 10]);
  camera.zoomAt(60, 10, 100);
  expect(camera.zoom()).toBe(8);
  camera.zoomAt(60, 10, 1e-6);
  expect(camera.zoom()).toBe(0.5);
});

it('pans, centres, and keeps its middle when the screen changes', () => {
  const camera = createCamera(10);
  camera.fit(120, 120);
  camera.pan(5, -7);
  expect(camera.toScreen(0, 0)).toEqual([15, 3]);
  camera.centreOn(0.25, 0.75);
  expect(camera.toScreen(0.25, 0.75)).toEqual([60, 60]);
  camera.resize(320, 220);
  expect(camera.toScreen(0.25, 0.75)).toEqual([160, 110]);
  expect(camera.zoom()).toBe(1);
});

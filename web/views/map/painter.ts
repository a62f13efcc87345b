import type { Camera } from '../../../src/report/map-page/camera.ts';
import type { Atlas } from '../../plane/atlas.ts';

/** What is on the map: everything by the place of an image in these lists. */
export interface Scene {
  /** x and y one after the other, 0…1, y downwards. */
  readonly places: Float64Array;
  readonly colors: readonly string[];
  readonly isShown: (index: number) => boolean;
  readonly atlas: Atlas;
}

export interface Marks {
  /** The image in focus, or −1. */
  readonly focus: number;
  /** Images that lines lead to. */
  readonly neighbours: readonly number[];
  /** Within the lasso. */
  readonly selected: ReadonlySet<number>;
  /** Corners of the lasso on the screen while it is drawn. */
  readonly lasso: readonly (readonly [number, number])[];
  readonly hasPictures: boolean;
}

/** Longest side of an image on the screen: as large as leaves room for the others, growing with the zoom. */
export function sideOf(camera: Camera, numImages: number, hasPictures: boolean): number {
  if (!hasPictures) return Math.min(14, 6 * camera.zoom() ** 0.35);
  const room = camera.scale / camera.zoom() / Math.sqrt(Math.max(1, numImages));
  return Math.max(8, Math.min(120, Math.min(44, room * 1.05) * camera.zoom() ** 0.7));
}

/** Draws all of it. */
export function paint(canvas: HTMLCanvasElement, camera: Camera, scene: Scene, marks: Marks): void {
  const density = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * density)) canvas.width = Math.round(width * density);
  if (canvas.height !== Math.round(height * density)) canvas.height = Math.round(height * density);
  const context = canvas.getContext('2d')!;
  const ink = getComputedStyle(canvas).color;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  const numImages = scene.colors.length;
  const side = sideOf(camera, numImages, marks.hasPictures);
  const at = (index: number) => camera.toScreen(scene.places[2 * index], scene.places[2 * index + 1]);

  const draw = (index: number, size: number, edge: number) => {
    const [x, y] = at(index);
    if (x < -size || y < -size || x > width + size || y > height + size) return;
    context.fillStyle = scene.colors[index];
    const proportions = marks.hasPictures ? scene.atlas.proportions(index) : undefined;
    if (proportions === undefined) {
      context.beginPath();
      context.arc(x, y, Math.min(size, 14) / 2 + edge - 1, 0, 2 * Math.PI);
      context.fill();
      return;
    }
    const [halfWidth, halfHeight] = proportions.map((share) => (share * size) / 2 + edge);
    context.fillRect(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    scene.atlas.draw(context, index, x, y, size);
  };

  const hasSelection = marks.selected.size > 0;
  const edge = Math.max(1, side / 16);
  for (let i = 0; i < numImages; i++) {
    if (!scene.isShown(i)) continue;
    context.globalAlpha = hasSelection && !marks.selected.has(i) ? 0.18 : 1;
    draw(i, side, edge);
  }
  context.globalAlpha = 1;
  if (marks.focus >= 0) {
    context.strokeStyle = ink;
    context.lineWidth = 1.2;
    for (const index of marks.neighbours) {
      context.beginPath();
      context.moveTo(...at(marks.focus));
      context.lineTo(...at(index));
      context.stroke();
    }
    for (const index of marks.neighbours) draw(index, side * 1.25, edge + 1);
    draw(marks.focus, Math.max(side * 1.7, marks.hasPictures ? 48 : 12), edge + 2);
  }
  if (marks.lasso.length > 1) {
    context.beginPath();
    for (const [x, y] of marks.lasso) context.lineTo(x, y);
    context.closePath();
    context.strokeStyle = ink;
    context.setLineDash([5, 4]);
    context.lineWidth = 1.5;
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 0.08;
    context.fillStyle = ink;
    context.fill();
    context.globalAlpha = 1;
  }
}

/** The shown image under a place of the screen, the topmost first; −1 for none. */
export function findAt(camera: Camera, scene: Scene, hasPictures: boolean, x: number, y: number): number {
  // A finger and a small dot want some room.
  const reach = Math.max(sideOf(camera, scene.colors.length, hasPictures) / 2, 8);
  for (let i = scene.colors.length - 1; i >= 0; i--) {
    if (!scene.isShown(i)) continue;
    const [px, py] = camera.toScreen(scene.places[2 * i], scene.places[2 * i + 1]);
    if (Math.abs(px - x) <= reach && Math.abs(py - y) <= reach) return i;
  }
  return -1;
}

/** Whether a place lies within a closed line (even–odd rule). */
export function isWithin(line: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let isInside = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [[ax, ay], [bx, by]] = [line[i], line[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
  }
  return isInside;
}

import type { Camera } from '../../../src/report/map-page/camera.ts';
import type { Atlas } from '../../plane/atlas.ts';
import { paintDots, pixelOf } from '../../plane/dots.ts';
import { choosePictures } from './choose-pictures.ts';

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
  /** Within the lasso. */
  readonly selected: ReadonlySet<number>;
  /** Corners of the lasso on the screen while it is drawn. */
  readonly lasso: readonly (readonly [number, number])[];
  readonly hasPictures: boolean;
}

/** Of what is not chosen, while others are. */
const FAINT = 0.18;
/** Fewer pixels show nothing. */
const MIN_SIDE = 20;

/** Longest side of a picture on the screen: as large as leaves room for the others, growing with the zoom. */
export function sideOf(camera: Camera, numImages: number): number {
  const room = camera.scale / camera.zoom() / Math.sqrt(Math.max(1, numImages));
  return Math.max(MIN_SIDE, Math.min(120, Math.min(44, room * 1.05) * camera.zoom() ** 0.7));
}

function dotSide(camera: Camera): number {
  return Math.min(14, 6 * camera.zoom() ** 0.35);
}

export interface Painter {
  /** Draws all of it. */
  paint(scene: Scene, marks: Marks): void;
  /** The shown image under a place of the screen, pictures before dots; −1 for none. */
  findAt(scene: Scene, x: number, y: number): number;
}

export function createPainter(canvas: HTMLCanvasElement, camera: Camera): Painter {
  const context = canvas.getContext('2d')!;
  let buffer: ImageData | undefined;
  let dots = { x: new Float32Array(0), y: new Float32Array(0), colors: new Uint32Array(0) };
  /** What was drawn as a picture, in the order of drawing. */
  let pictured: readonly number[] = [];

  function paint(scene: Scene, marks: Marks): void {
    const { places, colors, atlas } = scene;
    const density = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const [columns, rows] = [
      Math.max(1, Math.round(width * density)),
      Math.max(1, Math.round(height * density)),
    ];
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== rows) canvas.height = rows;
    if (buffer?.width !== columns || buffer.height !== rows) buffer = new ImageData(columns, rows);
    const ink = getComputedStyle(canvas).color;
    const side = sideOf(camera, colors.length);
    const [left, top] = camera.toScreen(0, 0);
    const { scale } = camera;
    const reach = marks.hasPictures ? side : dotSide(camera);

    const visible: number[] = [];
    for (let i = 0; i < colors.length; i++) {
      const x = left + places[2 * i] * scale;
      const y = top + places[2 * i + 1] * scale;
      if (x < -reach || y < -reach || x > width + reach || y > height + reach) continue;
      if (scene.isShown(i)) visible.push(i);
    }
    const chosen = marks.hasPictures ? choosePictures(visible, places, side / scale) : [];
    const isFocused = marks.focus >= 0 && scene.isShown(marks.focus);
    if (marks.hasPictures) atlas.want(isFocused ? [marks.focus, ...chosen] : chosen);
    pictured = chosen.filter((index) => atlas.proportions(index) !== undefined);
    drawDots(scene, marks, visible, density);

    context.setTransform(density, 0, 0, density, 0, 0);
    const hasSelection = marks.selected.size > 0;
    const edge = Math.max(1, side / 16);
    for (const index of pictured) {
      context.globalAlpha = hasSelection && !marks.selected.has(index) ? FAINT : 1;
      drawOne(scene, index, side, edge, marks.hasPictures);
    }
    context.globalAlpha = 1;
    if (isFocused)
      drawOne(
        scene,
        marks.focus,
        Math.max(side * 1.7, marks.hasPictures ? 48 : 12),
        edge + 2,
        marks.hasPictures,
      );
    if (marks.lasso.length > 1) drawLasso(context, marks.lasso, ink);
  }

  /** All that are no pictures. */
  function drawDots(
    { places, colors }: Scene,
    marks: Marks,
    visible: readonly number[],
    density: number,
  ): void {
    if (dots.x.length < colors.length)
      dots = {
        x: new Float32Array(colors.length),
        y: new Float32Array(colors.length),
        colors: new Uint32Array(colors.length),
      };
    const isPicture = new Set(pictured);
    const [left, top] = camera.toScreen(0, 0);
    const { scale } = camera;
    const pixels = new Map<string, readonly [bright: number, faint: number]>();
    let count = 0;
    for (const index of visible) {
      if (isPicture.has(index)) continue;
      const color = colors[index];
      let pixel = pixels.get(color);
      if (pixel === undefined) {
        pixel = [pixelOf(color, 1), pixelOf(color, FAINT)];
        pixels.set(color, pixel);
      }
      dots.x[count] = (left + places[2 * index] * scale) * density;
      dots.y[count] = (top + places[2 * index + 1] * scale) * density;
      dots.colors[count++] = pixel[marks.selected.size > 0 && !marks.selected.has(index) ? 1 : 0];
    }
    paintDots(context, { ...dots, count, radius: (dotSide(camera) / 2) * density }, buffer!);
  }

  function drawOne(
    { places, colors, atlas }: Scene,
    index: number,
    size: number,
    edge: number,
    hasPictures: boolean,
  ): void {
    const [x, y] = camera.toScreen(places[2 * index], places[2 * index + 1]);
    context.fillStyle = colors[index];
    const proportions = hasPictures ? atlas.proportions(index) : undefined;
    if (proportions === undefined) {
      context.beginPath();
      context.arc(x, y, Math.min(size, 14) / 2 + edge - 1, 0, 2 * Math.PI);
      context.fill();
      return;
    }
    const [halfWidth, halfHeight] = proportions.map((share) => (share * size) / 2 + edge);
    context.fillRect(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    atlas.draw(context, index, x, y, size);
  }

  function findAt({ places, colors, isShown }: Scene, x: number, y: number): number {
    const half = sideOf(camera, colors.length) / 2;
    for (let i = pictured.length - 1; i >= 0; i--) {
      const [px, py] = camera.toScreen(places[2 * pictured[i]], places[2 * pictured[i] + 1]);
      if (Math.abs(px - x) <= half && Math.abs(py - y) <= half) return pictured[i];
    }
    // A finger and a small dot want some room.
    let [nearest, least] = [-1, Math.max(dotSide(camera) / 2, 8) ** 2];
    const [left, top] = camera.toScreen(0, 0);
    const { scale } = camera;
    for (let i = 0; i < colors.length; i++) {
      const squared = (left + places[2 * i] * scale - x) ** 2 + (top + places[2 * i + 1] * scale - y) ** 2;
      if (squared > least || !isShown(i)) continue;
      nearest = i;
      least = squared;
    }
    return nearest;
  }
  return { paint, findAt };
}

function drawLasso(
  context: CanvasRenderingContext2D,
  line: readonly (readonly [number, number])[],
  ink: string,
): void {
  context.beginPath();
  for (const [x, y] of line) context.lineTo(x, y);
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

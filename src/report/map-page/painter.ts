/// <reference lib="dom" />
import type { Camera } from './camera.ts';
import type { MapPageData } from './page-data.ts';

/** What the painter is told to show. */
export interface MapState {
  /** Whether each class is shown, and behind them what has no class. */
  readonly shown: readonly boolean[];
  readonly hasImages: boolean;
  /** The image in focus, or −1. */
  readonly focus: number;
}

export interface Painter {
  /** Draws the map. */
  paint(state: MapState): void;
  /** One image, as large as the canvas. */
  paintImage(canvas: HTMLCanvasElement, index: number): void;
  /** The shown image under a place of the screen, the topmost first; −1 for none. */
  find(x: number, y: number, state: MapState): number;
}

/** Draws on a canvas. The page holds this function as text: it uses nothing from outside itself. */
export function createPainter(
  canvas: HTMLCanvasElement,
  camera: Camera,
  data: MapPageData,
  sheets: readonly HTMLImageElement[],
): Painter {
  const { places, labels, colors, sprites, neighbours } = data;
  const { perSheet, columns, cellWidth, cellHeight } = sprites;
  const numImages = labels.length;
  const slotOf = (index: number) => (labels[index] < 0 ? colors.length - 1 : labels[index]);

  /** Longest side of an image on the screen: as large as leaves room for the others, growing with the zoom. */
  function sideOf(hasImages: boolean): number {
    if (!hasImages) return Math.min(16, 5 * camera.zoom() ** 0.35);
    const room = camera.scale / camera.zoom() / Math.sqrt(Math.max(1, numImages));
    return Math.max(9, Math.min(96, Math.min(40, room * 1.05) * camera.zoom() ** 0.7));
  }

  function drawCell(
    context: CanvasRenderingContext2D,
    index: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ) {
    const sheet = sheets[Math.floor(index / perSheet)];
    const place = index % perSheet;
    const [column, row] = [place % columns, Math.floor(place / columns)];
    context.imageSmoothingEnabled = w < cellWidth;
    context.drawImage(sheet, column * cellWidth, row * cellHeight, cellWidth, cellHeight, x, y, w, h);
  }

  function sizeFor(longest: number): [number, number] {
    const scale = longest / Math.max(cellWidth, cellHeight);
    return [cellWidth * scale, cellHeight * scale];
  }

  function drawPoint(
    context: CanvasRenderingContext2D,
    index: number,
    side: number,
    hasImages: boolean,
    edge: number,
  ) {
    const [x, y] = camera.toScreen(places[2 * index], places[2 * index + 1]);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (x < -side || y < -side || x > width + side || y > height + side) return;
    context.fillStyle = colors[slotOf(index)];
    if (!hasImages) {
      context.globalAlpha = 0.8;
      context.beginPath();
      context.arc(x, y, side / 2, 0, 2 * Math.PI);
      context.fill();
      context.globalAlpha = 1;
      return;
    }
    const [w, h] = sizeFor(side);
    context.fillRect(x - w / 2 - edge, y - h / 2 - edge, w + 2 * edge, h + 2 * edge);
    drawCell(context, index, x - w / 2, y - h / 2, w, h);
  }

  return {
    paint({ shown, hasImages, focus }) {
      const density = window.devicePixelRatio || 1;
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
        canvas.width = Math.round(width * density);
        canvas.height = Math.round(height * density);
      }
      const context = canvas.getContext('2d')!;
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, width, height);
      const side = sideOf(hasImages);
      const edge = Math.max(1, side / 16);
      for (let i = 0; i < numImages; i++) if (shown[slotOf(i)]) drawPoint(context, i, side, hasImages, edge);
      if (focus < 0) return;
      const [fromX, fromY] = camera.toScreen(places[2 * focus], places[2 * focus + 1]);
      context.strokeStyle = getComputedStyle(canvas).color;
      context.lineWidth = 1.2;
      for (const [index] of neighbours?.[focus] ?? []) {
        const [x, y] = camera.toScreen(places[2 * index], places[2 * index + 1]);
        context.beginPath();
        context.moveTo(fromX, fromY);
        context.lineTo(x, y);
        context.stroke();
      }
      for (const [index] of neighbours?.[focus] ?? [])
        drawPoint(context, index, side * 1.25, hasImages, edge + 1);
      drawPoint(context, focus, Math.max(side * 1.7, hasImages ? 44 : 12), hasImages, edge + 2);
    },
    paintImage(target, index) {
      const context = target.getContext('2d')!;
      context.clearRect(0, 0, target.width, target.height);
      const [w, h] = sizeFor(target.width);
      drawCell(context, index, (target.width - w) / 2, (target.height - h) / 2, w, h);
    },
    find(x, y, { shown, hasImages }) {
      const [w, h] = hasImages ? sizeFor(sideOf(true)) : [sideOf(false), sideOf(false)];
      // A finger and a small dot want some room.
      const [reachX, reachY] = [Math.max(w / 2, 7), Math.max(h / 2, 7)];
      for (let i = numImages - 1; i >= 0; i--) {
        if (!shown[slotOf(i)]) continue;
        const [px, py] = camera.toScreen(places[2 * i], places[2 * i + 1]);
        if (Math.abs(px - x) <= reachX && Math.abs(py - y) <= reachY) return i;
      }
      return -1;
    },
  };
}

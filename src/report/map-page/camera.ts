/** Which part of the map is on the screen. Map places go from 0 to 1, screen places are pixels. */
export interface Camera {
  /** Pixels of the whole map's side. */
  readonly scale: number;
  /** How much larger than when all fits. */
  zoom(): number;
  toScreen(x: number, y: number): [number, number];
  /** Shows all of the map. */
  fit(width: number, height: number): void;
  /** Keeps the middle where it is. */
  resize(width: number, height: number): void;
  pan(dx: number, dy: number): void;
  /** Zooms such that the map's place under (x, y) stays there. */
  zoomAt(x: number, y: number, factor: number): void;
  /** Moves a place of the map to the middle of the screen. */
  centreOn(x: number, y: number): void;
}

/** A camera. The page holds this function as text: it uses nothing from outside itself. */
export function createCamera(padding = 28, maxZoom = 60): Camera {
  let [width, height, scale, left, top, fitted] = [1, 1, 1, 0, 0, 1];
  const fittedScale = () => Math.max(1, Math.min(width, height) - 2 * padding);
  return {
    get scale() {
      return scale;
    },
    zoom: () => scale / fitted,
    toScreen: (x, y) => [left + x * scale, top + y * scale],
    fit(newWidth, newHeight) {
      [width, height] = [newWidth, newHeight];
      fitted = fittedScale();
      scale = fitted;
      [left, top] = [(width - scale) / 2, (height - scale) / 2];
    },
    resize(newWidth, newHeight) {
      const zoom = scale / fitted;
      const [x, y] = [(width / 2 - left) / scale, (height / 2 - top) / scale];
      [width, height] = [newWidth, newHeight];
      fitted = fittedScale();
      scale = fitted * zoom;
      [left, top] = [width / 2 - x * scale, height / 2 - y * scale];
    },
    pan(dx, dy) {
      left += dx;
      top += dy;
    },
    zoomAt(x, y, factor) {
      const next = Math.max(fitted * 0.5, Math.min(fitted * maxZoom, scale * factor));
      [left, top] = [x - ((x - left) * next) / scale, y - ((y - top) * next) / scale];
      scale = next;
    },
    centreOn(x, y) {
      [left, top] = [width / 2 - x * scale, height / 2 - y * scale];
    },
  };
}

import { openPicture } from '../source/guarded.ts';

/** Small pictures on a few large ones: drawing thousands from single images would be slow. */
export interface Atlas {
  /** Draws the picture of a place in the list into a square around (x, y). */
  draw(context: CanvasRenderingContext2D, index: number, x: number, y: number, side: number): void;
  /** Width and height of its picture where its longer side is 1; undefined while it is not there yet. */
  proportions(index: number): readonly [width: number, height: number] | undefined;
}

const CELL = 64;
const SHEET = 2048;
const COLUMNS = SHEET / CELL;
const PER_SHEET = COLUMNS * COLUMNS;

/**
 * Loads pictures a few at a time.
 * @param onLoad called when more can be drawn
 * @returns the atlas, which fills while it is used
 */
export function loadAtlas(addresses: readonly string[], onLoad: () => void, signal: AbortSignal): Atlas {
  const sheets = Array.from({ length: Math.ceil(addresses.length / PER_SHEET) }, () => {
    const canvas = document.createElement('canvas');
    canvas.width = SHEET;
    canvas.height = SHEET;
    return canvas;
  });
  // Longer side of a picture is the cell's.
  const sizes = new Map<number, readonly [width: number, height: number]>();
  const cellOf = (index: number) => {
    const place = index % PER_SHEET;
    return [(place % COLUMNS) * CELL, Math.floor(place / COLUMNS) * CELL] as const;
  };
  let next = 0;
  const load = async () => {
    while (next < addresses.length && !signal.aborted) {
      const index = next++;
      const picture = await openPicture(addresses[index], signal).catch(() => undefined);
      if (picture === undefined) continue;
      const image = new Image();
      image.src = picture.url;
      await image.decode().catch(() => {});
      picture.close();
      if (image.naturalWidth === 0) continue;
      const scale = CELL / Math.max(image.naturalWidth, image.naturalHeight);
      const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
      const [left, top] = cellOf(index);
      sheets[Math.floor(index / PER_SHEET)].getContext('2d')!.drawImage(image, left, top, width, height);
      sizes.set(index, [width, height]);
      onLoad();
    }
  };
  for (let lane = 0; lane < 6; lane++) load();
  return {
    proportions(index) {
      const size = sizes.get(index);
      return size && [size[0] / CELL, size[1] / CELL];
    },
    draw(context, index, x, y, side) {
      const size = sizes.get(index);
      if (size === undefined) return;
      const [left, top] = cellOf(index);
      const [width, height] = [(size[0] / CELL) * side, (size[1] / CELL) * side];
      const sheet = sheets[Math.floor(index / PER_SHEET)];
      context.drawImage(sheet, left, top, size[0], size[1], x - width / 2, y - height / 2, width, height);
    },
  };
}

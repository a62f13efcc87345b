import { openPicture } from '../source/guarded.ts';

/** Small pictures on a few larger ones: drawing thousands from single images would be slow. */
export interface Atlas {
  /**
   * Which pictures are to be seen now, by their place in the list, the most wanted first. Only these are loaded; the others
   * are forgotten as room is needed. What is behind the first `MAX_PICTURES` is not loaded.
   */
  want(indices: readonly number[]): void;
  /** Draws the picture of a place in the list into a square around (x, y). */
  draw(context: CanvasRenderingContext2D, index: number, x: number, y: number, side: number): void;
  /** Width and height of its picture where its longer side is 1; undefined while it is not there. */
  proportions(index: number): readonly [width: number, height: number] | undefined;
}

/** Pictures that are held: as many as a screen has room for. 32 MB. */
export const MAX_PICTURES = 2048;
const CELL = 64;
/** Small, because a browser that draws without a graphics card copies all of a sheet that has changed. */
const SHEET = 1024;
const COLUMNS = SHEET / CELL;
const PER_SHEET = COLUMNS * COLUMNS;
const NUM_LANES = 6;

interface Held {
  readonly cell: number;
  /** Shares of the longer side. */
  readonly proportions: readonly [width: number, height: number];
}

/**
 * Loads pictures a few at a time, as they are wanted.
 * @param onLoad called when more can be drawn
 * @returns the atlas, which fills while it is used
 */
export function loadAtlas(addresses: readonly string[], onLoad: () => void, signal: AbortSignal): Atlas {
  const sheets: HTMLCanvasElement[] = [];
  /** The one that was wanted longest ago first. */
  const held = new Map<number, Held>();
  let wanted: readonly number[] = [];
  let isWanted: ReadonlySet<number> = new Set();
  let next = 0;
  let numRunning = 0;
  /** Loading, or not to be loaded. */
  const settled = new Set<number>();

  async function lane(): Promise<void> {
    numRunning++;
    while (next < wanted.length && !signal.aborted) {
      const index = wanted[next++];
      if (held.has(index) || settled.has(index)) continue;
      settled.add(index);
      const picture = await openPicture(addresses[index], signal).catch(() => undefined);
      if (picture === undefined) continue; // not asked for again
      const image = new Image();
      image.src = picture.url;
      await image.decode().catch(() => {});
      picture.close();
      if (image.naturalWidth === 0) continue; // not asked for again
      settled.delete(index);
      const cell = isWanted.has(index) ? freeCell() : undefined;
      if (cell === undefined) continue;
      hold(index, cell, image);
      onLoad();
    }
    numRunning--;
  }

  function freeCell(): number | undefined {
    if (held.size < MAX_PICTURES) return held.size;
    for (const [index, { cell }] of held) {
      if (isWanted.has(index)) return undefined;
      held.delete(index);
      return cell;
    }
  }

  function hold(index: number, cell: number, image: HTMLImageElement): void {
    const longer = Math.max(image.naturalWidth, image.naturalHeight);
    const proportions = [image.naturalWidth / longer, image.naturalHeight / longer] as const;
    const context = sheetOf(cell).getContext('2d')!;
    const [left, top] = cornerOf(cell);
    context.clearRect(left, top, CELL, CELL);
    context.drawImage(image, left, top, proportions[0] * CELL, proportions[1] * CELL);
    held.set(index, { cell, proportions });
  }

  function sheetOf(cell: number): HTMLCanvasElement {
    const number = Math.floor(cell / PER_SHEET);
    for (let i = sheets.length; i <= number; i++) {
      const canvas = document.createElement('canvas');
      canvas.width = SHEET;
      canvas.height = SHEET;
      sheets.push(canvas);
    }
    return sheets[number];
  }

  return {
    want(indices) {
      wanted = indices.slice(0, MAX_PICTURES);
      isWanted = new Set(wanted);
      next = 0;
      for (const index of wanted) {
        const known = held.get(index);
        if (known === undefined) continue;
        held.delete(index);
        held.set(index, known);
      }
      while (numRunning < NUM_LANES && wanted.some((index) => !held.has(index) && !settled.has(index))) {
        const before = numRunning;
        lane();
        if (numRunning === before) break; // nothing was left to load
      }
    },
    proportions: (index) => held.get(index)?.proportions,
    draw(context, index, x, y, side) {
      const found = held.get(index);
      if (found === undefined) return;
      const [left, top] = cornerOf(found.cell);
      const [width, height] = found.proportions;
      const sheet = sheets[Math.floor(found.cell / PER_SHEET)];
      const [w, h] = [width * side, height * side];
      context.drawImage(sheet, left, top, width * CELL, height * CELL, x - w / 2, y - h / 2, w, h);
    },
  };
}

function cornerOf(cell: number): readonly [left: number, top: number] {
  const place = cell % PER_SHEET;
  return [(place % COLUMNS) * CELL, Math.floor(place / COLUMNS) * CELL];
}

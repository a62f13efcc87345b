import type { PixelShape } from '../../data/types.ts';
import { fitText, textWidth } from './table.ts';

/** Two images of one shape and what to write under them. */
export interface PictureInText {
  /** uint8 `[height, width, channels]`. */
  readonly left: Uint8Array;
  /** uint8 `[height, width, channels]`. */
  readonly right: Uint8Array;
  readonly shape: PixelShape;
  /** Lines under the pictures, cut to their width: the verdict, the distance. */
  readonly captions: readonly string[];
}

export interface DrawPairsOptions {
  /** Whether the terminal shows 24-bit colours. Without, five shades: ` ░▒▓█`. */
  readonly hasColor: boolean;
  /** Columns of one image. Default 14: two pairs fit on 80 columns, and a digit is still a digit. */
  readonly imageColumns?: number;
  /** Columns of the terminal. Default 80. */
  readonly columns?: number;
}

const SHADES = ' ░▒▓█';
const RESET = '\u001b[0m';
const GAP = 4;

/**
 * Pairs of images as text, side by side, as many in a row as the terminal holds. A character is one pixel wide and two
 * tall: with colours an upper half block `▀`, else the shade of both. No newline at its end.
 */
export function drawPairsAsText(pairs: readonly PictureInText[], options: DrawPairsOptions): string {
  const { hasColor, imageColumns = 14, columns = 80 } = options;
  const pairColumns = 2 * imageColumns + 1;
  const perRow = Math.max(1, Math.floor((columns + GAP) / (pairColumns + GAP)));
  const rows: string[] = [];
  for (let start = 0; start < pairs.length; start += perRow) {
    const blocks = pairs.slice(start, start + perRow).map((pair) => drawPair(pair, imageColumns, hasColor));
    const height = Math.max(...blocks.map((lines) => lines.length));
    const lines = Array.from({ length: height }, (_, i) =>
      blocks
        .map((block) => block[i] ?? ' '.repeat(pairColumns))
        .join(' '.repeat(GAP))
        .trimEnd(),
    );
    rows.push(lines.join('\n'));
  }
  return rows.join('\n\n');
}

/** Lines of `2·columns + 1` characters each. */
function drawPair(pair: PictureInText, columns: number, hasColor: boolean): string[] {
  const left = drawImage(pair.left, pair.shape, columns, hasColor);
  const right = drawImage(pair.right, pair.shape, columns, hasColor);
  const width = 2 * columns + 1;
  const captions = pair.captions.map((caption) => {
    const fitted = fitText(caption, width);
    return fitted + ' '.repeat(width - textWidth(fitted));
  });
  return [...left.map((line, i) => `${line} ${right[i]}`), ...captions];
}

function drawImage(pixels: Uint8Array, shape: PixelShape, columns: number, hasColor: boolean): string[] {
  const height = 2 * Math.max(1, Math.round((columns * shape.height) / shape.width / 2));
  const small = shrink(pixels, shape, columns, height);
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    for (let x = 0; x < columns; x++) {
      const upper = small[y * columns + x];
      const lower = small[(y + 1) * columns + x];
      if (hasColor) {
        line += `\u001b[38;2;${upper.join(';')};48;2;${lower.join(';')}m▀`;
      } else {
        const light = (luminance(upper) + luminance(lower)) / 2;
        line += SHADES[Math.round((light / 255) * (SHADES.length - 1))];
      }
    }
    lines.push(hasColor ? line + RESET : line);
  }
  return lines;
}

type Color = readonly [number, number, number];

/** Mean colour of each cell of a `height × width` grid over the image; a cell smaller than a pixel takes the pixel. */
function shrink(pixels: Uint8Array, shape: PixelShape, width: number, height: number): Color[] {
  const cells: Color[] = [];
  for (let row = 0; row < height; row++) {
    const [top, bottom] = cellRange(row, height, shape.height);
    for (let column = 0; column < width; column++) {
      const [left, right] = cellRange(column, width, shape.width);
      const sums = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * shape.width + x) * shape.channels;
          for (let c = 0; c < 3; c++) sums[c] += pixels[at + (shape.channels === 3 ? c : 0)];
        }
      }
      const count = (bottom - top) * (right - left);
      cells.push([Math.round(sums[0] / count), Math.round(sums[1] / count), Math.round(sums[2] / count)]);
    }
  }
  return cells;
}

function cellRange(cell: number, numCells: number, size: number): [number, number] {
  const start = Math.min(size - 1, Math.floor((cell * size) / numCells));
  return [start, Math.max(start + 1, Math.floor(((cell + 1) * size) / numCells))];
}

/** Rec. 709, on the encoded values. */
function luminance([red, green, blue]: Color): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

import type { SpriteSheets } from '../sprite-sheet.ts';

/** What the page's script reads. Everything by the place of an image in these lists. */
export interface MapPageData {
  /** x and y of each image one after the other, from 0 to 1, y downwards. */
  readonly places: readonly number[];
  /** Index into `classNames`; −1 where there is none. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
  /** Colour of each class, and behind them the one of no class. */
  readonly colors: readonly string[];
  /** File names, or places in the data. */
  readonly names: readonly string[];
  readonly sprites: SpriteSheets;
  /** Nearest images with their distances, nearest first; null where the model compares by a learned head. */
  readonly neighbours: readonly (readonly (readonly [index: number, distance: number])[])[] | null;
}

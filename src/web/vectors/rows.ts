import type { Block } from './database.ts';
import type { StoredItem } from './types.ts';

/** Rows of one block: few enough that changing one row writes little, enough that 100,000 are read at once. */
export const BLOCK_SIZE = 256;

/** The rows of a store in memory, and which blocks of them are not kept yet. */
export interface Rows {
  readonly size: number;
  /** float32 `[size, D]` and more behind it. */
  readonly vectors: Float32Array;
  item(row: number): StoredItem;
  rowOf(id: string): number | undefined;
  /** Puts a row in the place of that with its id, or behind the last. */
  put(item: StoredItem, vector: Float32Array): void;
  /** Takes a row out; the last one moves into its place. @returns whether it was there */
  remove(id: string): boolean;
  clear(): void;
  /** The blocks that have changed since this was last asked, by number. */
  takeChanged(): ReadonlyMap<number, Block>;
}

export function createRows(embeddingSize: number, blocks: readonly Block[]): Rows {
  const items: StoredItem[] = blocks.flatMap((block) => block.items);
  let vectors = new Float32Array(Math.max(BLOCK_SIZE, items.length) * embeddingSize);
  let offset = 0;
  for (const block of blocks) {
    vectors.set(block.vectors, offset);
    offset += block.vectors.length;
  }
  const places = new Map(items.map(({ id }, row) => [id, row]));
  let changed = new Set<number>();
  const touch = (row: number) => changed.add(Math.floor(row / BLOCK_SIZE));

  return {
    get size() {
      return items.length;
    },
    get vectors() {
      return vectors;
    },
    item: (row) => items[row],
    rowOf: (id) => places.get(id),
    put(item, vector) {
      const row = places.get(item.id) ?? items.length;
      if ((row + 1) * embeddingSize > vectors.length) {
        const larger = new Float32Array(2 * vectors.length);
        larger.set(vectors);
        vectors = larger;
      }
      items[row] = item;
      vectors.set(vector, row * embeddingSize);
      places.set(item.id, row);
      touch(row);
    },
    remove(id) {
      const row = places.get(id);
      if (row === undefined) return false;
      const last = items.length - 1;
      touch(row);
      touch(last);
      items[row] = items[last];
      vectors.copyWithin(row * embeddingSize, last * embeddingSize, (last + 1) * embeddingSize);
      places.set(items[row].id, row);
      places.delete(id);
      items.pop();
      return true;
    },
    clear() {
      items.length = 0;
      places.clear();
      changed = new Set();
    },
    takeChanged() {
      const taken = new Map<number, Block>();
      for (const number of changed) {
        const [from, to] = [number * BLOCK_SIZE, Math.min((number + 1) * BLOCK_SIZE, items.length)];
        // Blocks behind the last row are deleted and not written.
        if (from < to)
          taken.set(number, {
            items: items.slice(from, to),
            vectors: vectors.slice(from * embeddingSize, to * embeddingSize),
          });
      }
      changed = new Set();
      return taken;
    },
  };
}

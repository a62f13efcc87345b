/** A set of image ids, too many for a `Set`, which ends at 2²⁴. */
export interface IdSet {
  add(id: string): void;
  has(id: string): boolean;
  readonly size: number;
}

/** Share of places that are taken at most: past it a search for a free one takes long. */
const MAX_LOAD = 0.6;

/**
 * Keeps 64 of the 96 bits of each id (`imageId`), in 13 to 27 bytes. That two of n ids are taken for one has the chance
 * n² / 2⁶⁵: 3·10⁻² among a billion, 3·10⁻⁶ among ten million.
 */
export function createIdSet(): IdSet {
  let numPlaces = 1024;
  let high = new Uint32Array(numPlaces);
  let low = new Uint32Array(numPlaces);
  let size = 0;

  /** Place of an id, or the free one where it belongs. Both halves are 0 in a free place. */
  function placeOf(a: number, b: number): number {
    let place = (a ^ b) & (numPlaces - 1);
    while ((high[place] !== 0 || low[place] !== 0) && (high[place] !== a || low[place] !== b))
      place = (place + 1) & (numPlaces - 1);
    return place;
  }
  function put(a: number, b: number): boolean {
    const place = placeOf(a, b);
    if (high[place] !== 0 || low[place] !== 0) return false;
    high[place] = a;
    low[place] = b;
    return true;
  }
  function grow(): void {
    const [formerHigh, formerLow] = [high, low];
    numPlaces *= 2;
    high = new Uint32Array(numPlaces);
    low = new Uint32Array(numPlaces);
    for (let i = 0; i < formerHigh.length; i++)
      if (formerHigh[i] !== 0 || formerLow[i] !== 0) put(formerHigh[i], formerLow[i]);
  }

  return {
    add(id) {
      if (size >= MAX_LOAD * numPlaces) grow();
      if (put(...halvesOf(id))) size++;
    },
    has(id) {
      const place = placeOf(...halvesOf(id));
      return high[place] !== 0 || low[place] !== 0;
    },
    get size() {
      return size;
    },
  };
}

/** Never both 0, which is a free place. */
function halvesOf(id: string): [number, number] {
  return [Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8, 16), 16) || 1];
}

/** So few are all shown as pictures, however they overlap. */
const SHOW_ALL = 500;
/** More would take longer to draw than a frame. */
export const MAX_SHOWN = 1500;

/**
 * Which of the images on the screen are shown as pictures, the others being dots: as many as there is room for. The map is
 * cut into cells of about a picture's side, and the first image of each cell is shown. Cells belong to the map and not to the
 * screen, so that the same are shown while it is dragged.
 * @param visible places in the list, of those on the screen
 * @param places x and y one after the other, on the map
 * @param side of a picture, in the map's measure
 */
export function choosePictures(visible: readonly number[], places: Float64Array, side: number): number[] {
  if (visible.length <= SHOW_ALL) return [...visible];
  // Powers of two: while one zooms, cells are halved now and then, and do not flicker between.
  const cell = 2 ** Math.round(Math.log2(side));
  const columns = Math.ceil(1 / cell) + 1;
  const taken = new Set<number>();
  const chosen: number[] = [];
  for (const index of visible) {
    const key = Math.floor(places[2 * index + 1] / cell) * columns + Math.floor(places[2 * index] / cell);
    if (taken.has(key)) continue;
    taken.add(key);
    chosen.push(index);
    if (chosen.length === MAX_SHOWN) break;
  }
  return chosen;
}

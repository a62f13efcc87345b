/** Distances of changed images to the other image of the pair: uint8 `[N, H, W, C]` → float32 `[N]`. */
export type DistancesTo = (images: Uint8Array) => Promise<Float32Array>;

/**
 * Distances of rows to one other.
 * @param rows float32 `[N, D]` @param other float32 `[D]`
 */
export async function distancesOfRows(
  rows: Float32Array,
  other: Float32Array,
  distances: (rows: Float32Array, others: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const others = new Float32Array(rows.length);
  for (let offset = 0; offset < rows.length; offset += other.length) others.set(other, offset);
  return distances(rows, others);
}

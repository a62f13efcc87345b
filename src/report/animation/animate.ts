import sharp from 'sharp';

export interface AnimateOptions {
  readonly format: 'gif' | 'webp';
  /** Milliseconds a frame. Default 120. */
  readonly frameMs?: number;
  /** Milliseconds that the last frame stays before it begins anew. Default 2,000: long enough to look at the end. */
  readonly lastMs?: number;
}

/**
 * Frames one after the other as an animated image, which repeats for ever. Node only.
 * @param frames PNG bytes, all of one size, at least one
 */
export async function animate(
  frames: readonly Uint8Array[],
  { format, frameMs = 120, lastMs = 2000 }: AnimateOptions,
): Promise<Buffer> {
  const delay = frames.map((_, i) => (i === frames.length - 1 ? lastMs : frameMs));
  // One alone is nothing to join.
  const joined = frames.length === 1 ? sharp(frames[0]) : sharp([...frames], { join: { animated: true } });
  return format === 'gif'
    ? joined.gif({ delay, loop: 0, effort: 5 }).toBuffer()
    : joined.webp({ delay, loop: 0, quality: 80, effort: 3 }).toBuffer();
}

import type { PixelTarget } from '../../data/pixels/decode.ts';

/** By how much an image gets narrower and lower under a resize rule; below 1 it grows. However long and narrow, a pixel is left of each side. */
export function factorsOf(
  image: { readonly height: number; readonly width: number },
  { height, width, resize }: PixelTarget,
): { readonly across: number; readonly down: number } {
  const own = { across: image.width / width, down: image.height / height };
  const both =
    resize === 'fit'
      ? Math.max(own.across, own.down)
      : resize === 'cover'
        ? Math.min(own.across, own.down)
        : undefined;
  return {
    across: Math.min(both ?? own.across, image.width),
    down: Math.min(both ?? own.down, image.height),
  };
}

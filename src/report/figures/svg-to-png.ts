import sharp from 'sharp';

/**
 * A figure as PNG on white, twice as wide as its units, so that it is sharp on a dense screen. Node only.
 * @param svg of this room: its colours come as `var(--name, value)`, of which a picture takes the value
 */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const plain = svg.replace(/var\(--[\w-]+, ([^)]+)\)/g, '$1');
  // 72 dots per inch is one dot a unit.
  return sharp(Buffer.from(plain), { density: 144 }).flatten({ background: '#fff' }).png().toBuffer();
}

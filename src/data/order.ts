/**
 * Compares two names by Unicode code point: < 0, 0 or > 0.
 * Independent of locale and platform, so that the same files come in the same order on every machine; the default
 * order of JavaScript compares UTF-16 units and puts emoji before U+E000.
 */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xAstral = x >= 0xd800 && x <= 0xdfff;
    const yAstral = y >= 0xd800 && y <= 0xdfff;
    return xAstral === yAstral ? x - y : xAstral ? 1 : -1;
  }
  return a.length - b.length;
}

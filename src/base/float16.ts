/**
 * The nearest half-precision numbers (IEEE 754 binary16), as their bits; of two equally near the even one. Past 65,504
 * they are infinite; a NaN stays one.
 * @param out uint16, at least as long; a new array where there is none
 * @returns `out`
 */
export function toFloat16(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) out[i] = halfOf(words[i]);
  return out;
}

/** The numbers of half-precision bits, exactly. @param out float32, at least as long; a new array where there is none */
export function fromFloat16(bits: Uint16Array, out = new Float32Array(bits.length)): Float32Array {
  for (let i = 0; i < bits.length; i++) out[i] = numberOf(bits[i]);
  return out;
}

/** The bits of halves that lie in bytes, as a view. They begin at an even place of their buffer. */
export function halvesIn({ buffer, byteOffset, byteLength }: Uint8Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** Whether none of the half-precision numbers is infinite or NaN. */
export function areFinite16(bits: Uint16Array): boolean {
  for (let i = 0; i < bits.length; i++) if ((bits[i] & 0x7c00) === 0x7c00) return false;
  return true;
}

/** Both formats in bits: float32 has 8 exponent and 23 fraction bits, float16 has 5 and 10. */
function halfOf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const size = word & 0x7fffffff;
  if (size >= 0x47800000) return sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  if (size < 0x33000000) return sign;
  // Below 2⁻¹⁴ a half is a multiple of 2⁻²⁴.
  const fraction = (size & 0x7fffff) | 0x800000;
  const shift = 126 - (size >>> 23);
  const whole = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return sign | (whole + (rest > middle || (rest === middle && (whole & 1) === 1) ? 1 : 0));
}

function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Seeded random numbers that are the same on every machine: xoshiro128** (Blackman & Vigna 2018). */
export interface Random {
  /** The next 32 random bits, as an unsigned integer. */
  bits(): number;
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number;
  /** An integer in [0, limit), without modulo bias. `limit` is at least 1 and at most 2³². */
  integer(limit: number): number;
  /** A standard normal number (Box & Muller 1958). */
  normal(): number;
  /** Permutes the array in place (Fisher–Yates) and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /**
   * An independent stream named by keys: the same keys give the same stream, however much this one was used.
   * So a run that resumes at step 900 draws what an unbroken run draws there.
   */
  fork(...keys: readonly (string | number)[]): Random;
}

/** A random stream that depends on `seed` alone. */
export function createRandom(seed: string | number): Random {
  return createStream(String(seed));
}

function createStream(name: string): Random {
  let [a, b, c, d] = hashName(name);

  function bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  }

  function integer(limit: number): number {
    const reject = 2 ** 32 - (2 ** 32 % limit);
    let value = bits();
    while (value >= reject) value = bits();
    return value % limit;
  }

  const uniform = () => bits() / 2 ** 32;

  return {
    bits,
    uniform,
    integer,
    normal() {
      const radius = Math.sqrt(-2 * Math.log((bits() + 1) / 2 ** 32));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
    shuffle(items) {
      const cells = items as unknown as { length: number; [index: number]: unknown };
      for (let i = cells.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = cells[i];
        cells[i] = cells[j];
        cells[j] = held;
      }
      return items;
    },
    fork: (...keys) => createStream(`${name}/${keys.join('/')}`),
  };
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** Four well-mixed 32-bit words from a name: FNV-1a into a splitmix32 sequence. Never all zero. */
function hashName(name: string): [number, number, number, number] {
  let state = 0x811c9dc5;
  let other = 0x9747b28c;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    state = Math.imul(state ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x85ebca6b) + 0x27d4eb2f;
  }
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ other;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  const words: [number, number, number, number] = [next(), next(), next(), next()];
  if ((words[0] | words[1] | words[2] | words[3]) === 0) words[0] = 1;
  return words;
}

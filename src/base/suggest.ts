import { SamesameError } from './errors.ts';

/**
 * The candidate that `word` is most likely a misspelling of; failing that, the shortest one that holds it or is held by
 * it (`concatenate`: `concat`). Undefined when none is near.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? shortest(candidates.filter((candidate) => isPartOf(word, candidate)));
}

/** Whether one holds the other. Two letters are part of too much. */
function isPartOf(word: string, candidate: string): boolean {
  const [short, long] = [word.toLowerCase(), candidate.toLowerCase()].sort((a, b) => a.length - b.length);
  return short.length > 2 && long.includes(short);
}

function shortest(words: readonly string[]): string | undefined {
  return [...words].sort((a, b) => a.length - b.length)[0];
}

/**
 * Refuses option names that nothing reads: a misspelt option must not be an option that is silently ignored.
 * @throws E_CONFIG naming the nearest known option
 */
export function checkOptionNames(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = suggest(name, known);
    throw new SamesameError('E_CONFIG', {
      what: `${where} has no option "${name}"`,
      expected: known.join(', '),
      received: name,
      help: near === undefined ? 'remove it' : `did you mean "${near}"?`,
      details: { option: name, suggestion: near },
    });
  }
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + differs);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
      }
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

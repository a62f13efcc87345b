import { SamesameError } from '../base/errors.ts';

/** An entry of a table by its name. @throws E_CONFIG naming the nearest one */
export function pick<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  throw unknown(`unknown ${what}`, name, Object.keys(table));
}

/** Refuses option names that nothing reads. @throws E_CONFIG naming the nearest known one */
export function checkOptionNames(options: object, known: readonly string[], user: string): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknown(`${user} has no option ${name}`, name, known);
  }
}

function unknown(what: string, name: string, known: readonly string[]): SamesameError {
  const suggestion = nearest(name, known);
  return new SamesameError('E_CONFIG', {
    what,
    expected: known.length === 0 ? 'no options' : known.join(', '),
    received: name,
    help: suggestion === undefined ? undefined : `did you mean "${suggestion}"?`,
    details: { name, suggestion },
  });
}

/** The candidate that shares most letter pairs with `name` (Dice's coefficient), undefined where none shares half. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = letterPairs(name);
  let best: string | undefined;
  let bestShare = 0.5;
  for (const candidate of candidates) {
    const pairs = letterPairs(candidate);
    const numShared = [...wanted].filter((pair) => pairs.has(pair)).length;
    const share = (2 * numShared) / (wanted.size + pairs.size);
    if (share > bestShare) [best, bestShare] = [candidate, share];
  }
  return best;
}

function letterPairs(word: string): Set<string> {
  const letters = ` ${word.toLowerCase()} `;
  return new Set(Array.from({ length: letters.length - 1 }, (_, i) => letters.slice(i, i + 2)));
}

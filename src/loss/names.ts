import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';

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
  const suggestion = suggest(name, known);
  return new SamesameError('E_CONFIG', {
    what,
    expected: known.length === 0 ? 'no options' : known.join(', '),
    received: name,
    help: suggestion === undefined ? undefined : `did you mean "${suggestion}"?`,
    details: { name, suggestion },
  });
}

/** `1 image`, `3 images`, `12,000 images`; `many` where the plural is not with an s. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${digitsOf(count)} ${count === 1 ? one : many}`;
}

/** `12,000` */
export function digitsOf(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `a`, `a and b`, `a, b and c`; after `most` names, how many more there are. */
export function namesOf(names: readonly string[], most = 5): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** `40 %`, never rounded to none. */
export function shareOf(count: number, total: number): string {
  const percent = (100 * count) / total;
  return percent > 0 && percent < 1 ? 'less than 1 %' : `${Math.round(percent)} %`;
}

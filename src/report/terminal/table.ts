export interface TableOptions {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** By column. Default: the first left, the others right. */
  readonly align?: readonly ('left' | 'right')[];
}

/** A plain-text table: columns as wide as their widest cell, two spaces between, a line under the header. No newline at its end. */
export function renderTable({ header, rows, align = [] }: TableOptions): string {
  const widths = header.map((name, column) =>
    Math.max(textWidth(name), ...rows.map((row) => textWidth(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        const space = ' '.repeat(width - textWidth(cell));
        return (align[column] ?? (column === 0 ? 'left' : 'right')) === 'left' ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('──'), ...rows.map(line)].join('\n');
}

/** Columns that a text takes in a terminal: one a code point, two for East Asian wide ones and pictures. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Cf}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** The text made safe for a terminal (no control characters) and cut to `columns`, with `…` where something is missing. */
export function fitText(text: string, columns: number): string {
  const clean = text.replace(/\p{Cc}/gu, '');
  if (textWidth(clean) <= columns) return clean;
  let fitted = '';
  for (const character of clean) {
    if (textWidth(fitted + character) > columns - 1) break;
    fitted += character;
  }
  return columns > 0 ? `${fitted}…` : '';
}

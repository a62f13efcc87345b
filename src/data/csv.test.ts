import { describe, expect, it } from 'vitest';
import { parseCsv, parseTable } from './csv.ts';

const lines = (text: string) => parseCsv(text, 'list.csv').map(({ line, cells }) => [line, ...cells]);

describe('parseCsv', () => {
  it('names the line that each record begins on, whatever the line endings', () => {
    const text = 'a,b\r\n"x\r\ny","p\nq"\r\n\n  \n1,2\r3,4\n';
    expect(lines(text)).toEqual([
      [1, 'a', 'b'],
      [2, 'x\ny', 'p\nq'],
      [7, '1', '2'],
      [8, '3', '4'],
    ]);
  });

  it('takes spaces around quotes, and a quote inside an unquoted cell, as files of inches have it', () => {
    expect(lines('  "a, b" ,c\n24" tv.png, x y \n')).toEqual([
      [1, 'a, b', 'c'],
      [2, '24" tv.png', 'x y'],
    ]);
    expect(lines('é,"ü"\n日,""\n,\n')).toEqual([
      [1, 'é', 'ü'],
      [2, '日', ''],
      [3, '', ''],
    ]);
  });

  it.each([
    ['line 4: the quote " is not closed', 'é,b\r\n1,"2"\r\n\r\n"x ""y"", z\n3,4\n5,6\n'],
    ['line 3: there is text behind a closed quote', 'a,b\n1,2\n"q"z,3\n'],
  ])('throws %s', (message, text) => {
    expect(() => parseCsv(text, 'list.csv')).toThrow(message);
    expect(() => parseCsv(text, 'list.csv')).toThrow(expect.objectContaining({ code: 'E_DATA_MANIFEST' }));
  });
});

describe('parseTable', () => {
  it('finds columns in any order, and allows others', () => {
    const { columns, records } = parseTable('x,label,path\n1,cat,a.png\n', 'l', ['path', 'label'], ['split']);
    expect(columns).toEqual({ path: 2, label: 1, split: -1 });
    expect(records).toEqual([{ line: 2, cells: ['1', 'cat', 'a.png'] }]);
  });
});

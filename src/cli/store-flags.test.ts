import { describe, expect, it } from 'vitest';
import { storedPath } from '../search/store/identity.ts';
import { parseTest, toFilter } from './store-flags.ts';

describe('parseTest', () => {
  it('reads fields, comparisons and values', () => {
    expect(parseTest('camera.model=Box')).toEqual({ field: ['camera', 'model'], is: '=', value: 'Box' });
    expect(parseTest('year >= 2020')).toEqual({ field: ['year'], is: '>=', value: 2020 });
    expect(parseTest('year="2020"')).toEqual({ field: ['year'], is: '=', value: '2020' });
    expect(parseTest('a!=true')).toEqual({ field: ['a'], is: '!=', value: true });
    expect(parseTest('a=null')).toEqual({ field: ['a'], is: '=', value: null });
    expect(parseTest('a<=')).toEqual({ field: ['a'], is: '<=', value: '' });
    expect(parseTest('when<2024-05-01')).toEqual({ field: ['when'], is: '<', value: '2024-05-01' });
    expect(parseTest('a=[1]')).toEqual({ field: ['a'], is: '=', value: '[1]' });
    expect(parseTest('a=b=c\nd')).toEqual({ field: ['a'], is: '=', value: 'b=c\nd' });
  });

  it('refuses what is no test', () => {
    for (const text of ['year', '=5', 'a..b=1', '.a=1', ''])
      expect(() => parseTest(text)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });
});

describe('toFilter', () => {
  it('takes a folder for what lies below it, and nothing for no filter', () => {
    expect(toFilter({})).toBeUndefined();
    expect(toFilter({ under: 'photos/a/' })).toEqual({ pathPrefix: `${storedPath('photos/a')}/` });
    expect(toFilter({ under: '/' })).toEqual({ pathPrefix: '/' });
    expect(toFilter({ label: ['hat'], after: 5, before: 6 })).toEqual({
      labels: ['hat'],
      modifiedFromMs: 5,
      modifiedBeforeMs: 6,
    });
  });
});

import { describe, expect, it, test } from 'vitest';
import { checkOptionNames, suggest } from './suggest.ts';

describe('suggest', () => {
  it.each([
    ['flipHorizontl', ['flipHorizontal', 'flipVertical'], 'flipHorizontal'],
    ['zoon', ['zoom', 'noise'], 'zoom'],
    ['noies', ['zoom', 'noise'], 'noise'],
    ['Seed', ['seed'], 'seed'],
    ['concatenate', ['absolute-difference', 'concat'], 'concat'],
    ['cross-entropy', ['contrastive', 'binary-cross-entropy'], 'binary-cross-entropy'],
    ['banana', ['zoom', 'noise'], undefined],
    ['', ['zoom'], undefined],
    ['se', ['mean-squared-error-loss'], undefined],
    ['anything', [], undefined],
  ])('"%s" among %j: %s', (word, candidates, expected) => expect(suggest(word, candidates)).toBe(expected));
});

test('a misspelt option is an error that names the right one', () => {
  expect(() => checkOptionNames('zip', { levle: 3 }, ['level', 'name'])).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining('did you mean "level"?') }),
  );
  expect(() => checkOptionNames('zip', { level: 3 }, ['level', 'name'])).not.toThrow();
});

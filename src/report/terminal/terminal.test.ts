import { describe, expect, it } from 'vitest';
import { verify } from '../../evaluate/index.ts';
import { drawPairsAsText } from './pictures.ts';
import { renderResults } from './results.ts';
import { fitText, renderTable, textWidth } from './table.ts';

describe('renderTable', () => {
  it('aligns columns, wide characters too', () => {
    expect(
      renderTable({
        header: ['class', 'n'],
        rows: [
          ['靴', '1'],
          ['boot', '10'],
        ],
      }),
    ).toBe('class   n\n─────────\n靴      1\nboot   10');
    expect(renderTable({ header: ['a'], rows: [] })).toBe('a\n─');
  });

  it('cuts what is too long and drops control characters', () => {
    expect(fitText('\u001b[31mred', 99)).toBe('[31mred');
    expect(fitText('sandal', 4)).toBe('san…');
    expect(fitText('靴靴靴', 4)).toBe('靴…');
    expect(fitText('x', 0)).toBe('');
    expect(textWidth('é靴')).toBe(3);
  });
});

describe('renderResults', () => {
  it('shows each number with its interval and what it has to beat', () => {
    const similar = [1, 1, 0, 0];
    const verification = verify({ distances: [0.1, 0.6, 0.5, 0.9], similar, threshold: 0.3 });
    const bare = verify({ distances: [0.1, 0.2, 0.1, 0.2], similar, threshold: 0.15 });
    const results = { verification, retrieval: null, rawPixels: { verification: bare, retrieval: null } };
    const line = renderResults(results)
      .split('\n')
      .find((each) => each.startsWith('Accuracy'))!;
    const { low, high } = verification.accuracy;
    expect(line.split(/\s{2,}/)).toEqual([
      'Accuracy',
      '0.7500',
      `${low.toFixed(4)}–${high.toFixed(4)}`,
      '0.5000',
      '0.5000',
    ]);
  });
});

describe('drawPairsAsText', () => {
  const shape = { height: 4, width: 4, channels: 1 } as const;
  const white = new Uint8Array(16).fill(255);
  const halves = Uint8Array.from({ length: 16 }, (_, i) => (i < 8 ? 255 : 0));

  it('draws shades where there are no colours', () => {
    const text = drawPairsAsText([{ left: white, right: halves, shape, captions: ['same ✗'] }], {
      hasColor: false,
      imageColumns: 4,
    });
    expect(text).toBe('████ ████\n████\nsame ✗');
  });

  it('draws two pixels a character where there are', () => {
    const shade = Uint8Array.from([10, 20, 30, 40, 50, 60]);
    const text = drawPairsAsText(
      [{ left: shade, right: shade, shape: { height: 2, width: 1, channels: 3 }, captions: [] }],
      { hasColor: true, imageColumns: 1 },
    );
    const cell = '\u001b[38;2;10;20;30;48;2;40;50;60m▀\u001b[0m';
    expect(text).toBe(`${cell} ${cell}`);
  });

  it('averages when it reduces, and fills rows of the terminal', () => {
    const checks = Uint8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 255 : 0));
    const pair = { left: checks, right: checks, shape, captions: ['a very long caption'] };
    const text = drawPairsAsText([pair, pair, pair], { hasColor: false, imageColumns: 2, columns: 14 });
    expect(text).toBe('▒▒ ▒▒    ▒▒ ▒▒\na ve…    a ve…\n\n▒▒ ▒▒\na ve…');
  });

  it('draws nothing for no pairs', () => {
    expect(drawPairsAsText([], { hasColor: true })).toBe('');
  });
});

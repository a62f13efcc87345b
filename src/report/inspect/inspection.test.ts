import { describe, expect, it } from 'vitest';
import { textWidth } from '../terminal/table.ts';
import type { InspectionData } from './inspection-data.ts';
import { renderInspectionPage } from './inspection-page.ts';
import { renderInspectionText } from './inspection-text.ts';

const nasty = `<b onclick="x">&'\u001b[31m`;
const picture = 'data:image/png;base64,AAAA';
const data: InspectionData = {
  name: `photos ${nasty}`,
  summary: {
    numImages: 4200,
    numExamined: 1000,
    numUnreadable: 3,
    sizeBytes: 123456789,
    classes: Array.from({ length: 230 }, (_, i) => ({
      name: i === 0 ? nasty : `class ${i}`,
      numImages: 230 - i,
      splits: { train: 200 - Math.min(i, 200), validation: 20, test: 10 },
    })),
    splits: { train: 3000, validation: 700, test: 480, none: 20 },
    formats: { JPEG: 990, PNG: 7 },
    height: { min: 8, median: 480, max: 4000 },
    width: { min: 9, median: 640, max: 5000 },
    sizes: [{ height: 480, width: 640, numImages: 900 }],
    numSizes: 12,
    aspects: { 'very tall': 0, tall: 4, square: 0, wide: 993, 'very wide': 0 },
    colours: { grey: 1, colour: 996, transparent: 0 },
  },
  verdict: 'error',
  findings: [
    {
      check: 'leaks',
      severity: 'error',
      title: `a title ${nasty}`,
      advice: 'Remove them.',
      numGroups: 30,
      groups: Array.from({ length: 6 }, (_, i) => ({
        caption: `in ${nasty}`,
        numImages: 12,
        images: [
          { name: `a very long name of a file, ${nasty} ${'x'.repeat(80)}/${i}.jpg`, picture },
          { name: 'b.jpg' },
        ],
      })),
    },
    { check: 'other-files', severity: 'note', title: 'one', advice: 'Two.', numGroups: 0, groups: [] },
  ],
  proposal: { command: `samesame train '${nasty}'`, config: { test: 0.15 }, reasons: [nasty] },
  threshold: 6,
  seconds: 12.5,
};

describe('renderInspectionPage', () => {
  const page = renderInspectionPage(data);

  it('escapes what comes from the data set, and loads nothing', () => {
    expect(page).not.toContain('<b onclick');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    expect(page).toContain("default-src 'none'");
  });

  it('shows counts, what is left out, and images that have no picture', () => {
    expect(page).toContain('and 24 more; samesame inspect --json lists them all');
    expect(page).toContain('and 10 more');
    expect(page).toContain('no picture');
    expect(page).toContain('and 30 more');
    expect(page).toContain('1,000 of 4,200');
  });

  it('keeps the numbers for programs, without pictures', () => {
    const json = JSON.parse(/id="report-data">(.*)<\/script>/.exec(page)![1]);
    expect(json.findings[0].groups[0].images[1]).toBe('b.jpg');
    expect(JSON.stringify(json)).not.toContain('data:image');
    expect(json.summary.classes).toHaveLength(230);
  });

  it('is whole where there is nothing to tell', () => {
    const empty = renderInspectionPage({
      ...data,
      findings: [],
      proposal: undefined,
      verdict: 'clean',
      summary: {
        ...data.summary,
        classes: [],
        numExamined: 0,
        numUnreadable: 0,
        formats: {},
        splits: undefined,
      },
    });
    expect(empty).toContain('There are none.');
    expect(empty).toContain('no labels');
    expect(empty).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('renderInspectionText', () => {
  it.each([60, 100])('fits into %i columns, without control characters', (columns) => {
    const text = renderInspectionText(data, columns);
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    for (const line of text.split('\n').slice(30)) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
    expect(text).toContain('and 210 more with 1 to 210 images each');
    expect(text).toContain('and 26 more');
    expect(text).toMatch(/Not ready to train on \(1 error, 1 note\)\.$/);
  });
});

import { describe, expect, it } from 'vitest';
import { createLiveLine } from './live-line.ts';

function fakeStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

describe('createLiveLine', () => {
  it('redraws one line where a person watches, at most ten times a second, cut to the width', () => {
    const { written, stream } = fakeStream(true);
    let time = 0;
    const line = createLiveLine(stream, { quiet: false, now: () => time });
    line.show('one');
    time = 50;
    line.show('too soon');
    time = 100;
    line.show('a text that is longer than the line');
    line.keep('done');
    line.stop();
    expect(written).toEqual(['one', '\r\u001b[2K', 'a text that is lon…', '\r\u001b[2K', 'done\n']);
  });

  it('writes a plain line every five seconds elsewhere', () => {
    const { written, stream } = fakeStream(false);
    let time = 0;
    const line = createLiveLine(stream, { quiet: false, now: () => time });
    for (time of [0, 4000, 5000, 9999, 10_000]) line.show(`at ${time}`);
    line.stop();
    expect(written).toEqual(['at 5000\n', 'at 10000\n']);
  });

  it('is silent when it should be', () => {
    const { written, stream } = fakeStream(true);
    const line = createLiveLine(stream, { quiet: true, now: () => 1e6 });
    line.show('x');
    line.keep('y');
    line.stop();
    expect(written).toEqual([]);
  });
});

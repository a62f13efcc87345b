import { describe, expect, it } from 'vitest';
import { createBatchSize } from './batch-size.ts';

const inputOf = (side: number) => ({
  input: { height: side, width: side, channels: 3 as const, resize: 'stretch' as const },
});

describe('createBatchSize', () => {
  it('grows to what takes a second, and no further than its bounds', () => {
    const size = createBatchSize(inputOf(28));
    const seen: number[] = [];
    for (let i = 0; i < 6; i++) {
      seen.push(size.current());
      size.took(size.current(), size.current() / 10); // 10,000 images/s
    }
    expect(seen).toEqual([512, 1024, 2048, 4096, 8192, 8192]);
    for (let i = 0; i < 6; i++) size.took(size.current(), 10 * size.current()); // 100 images/s
    expect(size.current()).toBe(512);
    size.took(512, 0);
    expect(size.current()).toBe(1024);
  });

  it('keeps large images within 64 MiB of pixels, and a size that was asked for as it is', () => {
    const large = createBatchSize(inputOf(512));
    expect(large.current()).toBe(85);
    large.took(85, 1);
    large.took(85, 1e6);
    expect(large.current()).toBe(85);
    const fixed = createBatchSize(inputOf(28), 3);
    fixed.took(3, 1);
    expect(fixed.current()).toBe(3);
    expect(createBatchSize(inputOf(8192)).current()).toBe(1);
  });
});

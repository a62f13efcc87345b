import { describe, expect, it } from 'vitest';
import { imageId } from '../../search/store/identity.ts';
import { createIdSet } from './id-set.ts';

describe('createIdSet', () => {
  it('knows what was added, each once, through its growing', () => {
    const set = createIdSet();
    const ids = Array.from({ length: 5000 }, (_, i) => imageId(`/photos/${i}.jpg`));
    for (const id of [...ids, ...ids]) set.add(id);
    expect(set.size).toBe(5000);
    expect(ids.every((id) => set.has(id))).toBe(true);
    expect(Array.from({ length: 5000 }, (_, i) => set.has(imageId(`/others/${i}.jpg`)))).not.toContain(true);
    set.add('0'.repeat(24));
    expect([set.has('0'.repeat(24)), set.size]).toEqual([true, 5001]);
  });
});

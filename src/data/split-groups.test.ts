import { describe, expect, it } from 'vitest';
import { groupOfClass } from './class-groups.ts';
import { splitByGroup } from './split-groups.ts';
import type { SplitName } from './types.ts';

/** Six groups of three classes of two images. */
const classNames = ['A', 'B', 'C', 'D', 'E', 'F'].flatMap((group) => [1, 2, 3].map((n) => `${group}/${n}`));
const labels = Int32Array.from({ length: 36 }, (_, i) => i >> 1);
const groupsOf = (part: Int32Array) =>
  [...new Set(Array.from(part, (image) => groupOfClass(classNames[labels[image]])))].sort();

describe('splitByGroup', () => {
  it('holds out whole groups', () => {
    const splits = splitByGroup({ labels, classNames }, { validation: 1, test: 2, seed: 3 });
    const parts = [splits.train, splits.validation, splits.test].map(groupsOf);
    expect(parts.map((groups) => groups.length)).toEqual([3, 1, 2]);
    expect(parts.flat().sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
    expect([...splits.train, ...splits.validation, ...splits.test].sort((a, b) => a - b)).toEqual([
      ...labels.keys(),
    ]);
    expect(splitByGroup({ labels, classNames }, { validation: 1, test: 2, seed: 3 })).toEqual(splits);
  });

  it('keeps the parts that the source assigns', () => {
    const splits: SplitName[] = Array.from(labels, (label) => (label < 12 ? 'train' : 'test'));
    const parts = splitByGroup({ labels, classNames, splits }, { validation: 0.1, test: 0.9 });
    expect(groupsOf(parts.test)).toEqual(['E', 'F']);
    expect(groupsOf(parts.validation)).toHaveLength(1);
    expect(groupsOf(parts.train)).toHaveLength(3);
  });

  it('refuses classes without groups, parts that share classes, and too few groups', () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    const bare = classNames.map((name) => name.replace('/', ' '));
    expect(() => splitByGroup({ labels, classNames: bare })).toThrow(code('E_CONFIG'));
    const shared: SplitName[] = Array.from(labels, (_, i) => (i % 2 === 0 ? 'train' : 'test'));
    expect(() => splitByGroup({ labels, classNames, splits: shared })).toThrow(/share classes/);
    expect(() => splitByGroup({ labels, classNames }, { validation: 3, test: 3 })).toThrow(
      code('E_DATA_FEW_IMAGES'),
    );
    expect(() => splitByGroup({ labels, classNames }, { validation: 1.5 })).toThrow(code('E_CONFIG'));
  });

  it('takes the group from what stands before the last stroke', () => {
    expect(['a/b/c', 'x/y', 'z'].map(groupOfClass)).toEqual(['a/b', 'x', '']);
  });
});

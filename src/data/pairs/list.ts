import { SamesameError } from '../../base/errors.ts';
import type { ClassGroups } from '../classes.ts';
import type { PairList } from '../types.ts';

/** Zeros for `numPairs` pairs. */
export function emptyPairs(numPairs: number): PairList {
  return {
    numPairs,
    left: new Int32Array(numPairs),
    right: new Int32Array(numPairs),
    similar: new Float32Array(numPairs),
  };
}

/** The pairs at `positions`, in that order. */
export function takePairs(pairs: PairList, positions: ArrayLike<number>): PairList {
  const taken = emptyPairs(positions.length);
  for (let i = 0; i < positions.length; i++) {
    taken.left[i] = pairs.left[positions[i]];
    taken.right[i] = pairs.right[positions[i]];
    taken.similar[i] = pairs.similar[positions[i]];
  }
  return taken;
}

/** Pair lists over one set, one after the other. */
export function joinPairs(...lists: readonly PairList[]): PairList {
  const joined = emptyPairs(lists.reduce((sum, list) => sum + list.numPairs, 0));
  let at = 0;
  for (const list of lists) {
    joined.left.set(list.left, at);
    joined.right.set(list.right, at);
    joined.similar.set(list.similar, at);
    at += list.numPairs;
  }
  return joined;
}

/**
 * Whether both kinds of pairs can be drawn.
 * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES
 */
export function checkPairable({ classes, members }: ClassGroups): void {
  if (classes.length < 2) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: 'dissimilar pairs cannot be drawn',
      expected: 'images of at least two classes',
      received: `${classes.length} ${classes.length === 1 ? 'class' : 'classes'} with labels`,
      help: 'add images of another class, or split so that every part has two',
      details: { numClasses: classes.length },
    });
  }
  if (members.every((images) => images.length < 2)) {
    throw new SamesameError('E_DATA_FEW_IMAGES', {
      what: 'similar pairs cannot be drawn',
      expected: 'a class with at least two images',
      received: `${classes.length} classes of one image each`,
      help: 'add a second image to some classes, or hold out a larger part',
      details: { numClasses: classes.length },
    });
  }
}

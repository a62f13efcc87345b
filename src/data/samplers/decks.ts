import type { Random } from '../../base/random.ts';
import { createWeightTree } from './weights.ts';

/**
 * Draws distinct classes, weighted by the images that this epoch has not shown; when none are left, uniformly.
 * @param sizes images of each class
 * @param imagesPerClass images that a class shows when it is drawn
 */
export function createDrawer(sizes: readonly number[], imagesPerClass: number, random: Random) {
  const numClasses = sizes.length;
  const unseen = Int32Array.from(sizes);
  const weights = createWeightTree(unseen);
  // A permutation whose front holds the classes of the batch at hand, so that any other is drawn in one step.
  const order = Int32Array.from({ length: numClasses }, (_, c) => c);
  const place = order.slice();
  const moveTo = (front: number, c: number) => {
    const displaced = order[front];
    const from = place[c];
    order[front] = c;
    place[c] = front;
    order[from] = displaced;
    place[displaced] = from;
  };
  return (count: number): Int32Array => {
    for (let k = 0; k < count; k++) {
      const c =
        weights.total > 0
          ? weights.find(random.integer(weights.total))
          : order[k + random.integer(numClasses - k)];
      moveTo(k, c);
      weights.add(c, -unseen[c]);
    }
    const chosen = order.slice(0, count);
    for (const c of chosen) {
      unseen[c] = Math.max(0, unseen[c] - imagesPerClass);
      weights.add(c, unseen[c]);
    }
    return chosen;
  };
}

/** One deck of images a class, shuffled as it is dealt. */
export function createDecks(members: readonly Int32Array[], random: Random) {
  // A deck is copied when its class is first drawn: an epoch of few batches over many classes then copies little.
  const decks: (Int32Array | undefined)[] = new Array(members.length);
  const dealt = new Int32Array(members.length);
  return {
    /** Fills `hand` with images of class `c`: distinct ones as far as there are enough. */
    deal(c: number, hand: Int32Array): void {
      decks[c] ??= members[c].slice();
      const deck = decks[c];
      let inHand = 0;
      for (let i = 0; i < hand.length; i++) {
        if (dealt[c] === deck.length) {
          // A new round. What is in this hand already counts as dealt in it: it lies at the end, and goes to the front.
          inHand = inHand === deck.length ? 0 : inHand;
          for (let k = 0; k < inHand; k++) swap(deck, k, deck.length - inHand + k);
          dealt[c] = inHand;
        }
        swap(deck, dealt[c], dealt[c] + random.integer(deck.length - dealt[c]));
        hand[i] = deck[dealt[c]++];
        inHand++;
      }
    },
  };
}

function swap(items: Int32Array, a: number, b: number): void {
  const held = items[a];
  items[a] = items[b];
  items[b] = held;
}

import type { Client, MovedImages, Moves, UnmovedImage, WantedMove } from '../../../src/client/index.ts';
import { refreshImages } from '../../state/site.ts';
import { createStore } from '../../state/store.ts';

/** What the service says of moving; undefined until it was asked. */
export const serviceMoves = createStore<Moves | undefined>(undefined);

/** @throws what the client throws */
export async function readMoves(client: Client): Promise<void> {
  serviceMoves.set(await client.moves());
}

/** The most that a service moves at once. */
const MAX_AT_ONCE = 1000;

/** Has the service move files of images of its store. @throws what the client throws */
export async function moveOnService(
  client: Client,
  wanted: readonly WantedMove[],
): Promise<Pick<MovedImages, 'moved' | 'skipped'>> {
  const answers: MovedImages[] = [];
  try {
    for (let start = 0; start < wanted.length; start += MAX_AT_ONCE)
      answers.push(await client.moveImages(wanted.slice(start, start + MAX_AT_ONCE)));
    return {
      moved: answers.flatMap(({ moved }) => moved),
      skipped: answers.flatMap(({ skipped }) => skipped),
    };
  } finally {
    await Promise.all([readMoves(client), refreshImages()]);
  }
}

/** Has it take the latest move back. @returns what could not be @throws what the client throws */
export async function undoOnService(client: Client): Promise<readonly UnmovedImage[]> {
  const latest = serviceMoves.get()?.moves.at(-1);
  if (latest === undefined) return [];
  try {
    return (await client.undoMove(latest.move)).failed;
  } finally {
    await Promise.all([readMoves(client), refreshImages()]);
  }
}

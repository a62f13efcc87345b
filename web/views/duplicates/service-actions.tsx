import { useEffect, useState } from 'preact/hooks';
import type { Client, UnmovedImage } from '../../../src/client/index.ts';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { Notice } from '../../parts/notice.tsx';
import { Icon } from '../../shell/icons.tsx';
import type { PictureGroup } from '../../source/types.ts';
import { announce } from '../../state/announce.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { movesOf } from './decide.ts';
import { moveOnService, readMoves, serviceMoves, undoOnService } from './service-moves.ts';

export interface ServiceActionsProps {
  readonly client: Client;
  readonly groups: readonly PictureGroup[];
  readonly aside: ReadonlySet<string>;
}

/** Has the service move copies of its store, and take that back. */
export function ServiceActions({ client, groups, aside }: ServiceActionsProps) {
  const moves = useStore(serviceMoves);
  const [isWorking, setWorking] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    readMoves(client).catch((error) => setProblem(toProblem(error)));
  }, [client]);
  const attempt = async (run: () => Promise<void>) => {
    setProblem(undefined);
    setWorking(true);
    await run().catch((error) => setProblem(toProblem(error)));
    setWorking(false);
  };
  const move = () =>
    attempt(async () => {
      const { moved, skipped } = await moveOnService(client, movesOf(groups, aside));
      announce(TEXT.duplicates.wereMovedAway(moved.length));
      if (skipped.length > 0) setProblem(stayed(TEXT.duplicates.stayed(skipped.length), skipped));
    });
  const undo = () =>
    attempt(async () => {
      const failed = await undoOnService(client);
      if (failed.length > 0) setProblem(stayed(TEXT.duplicates.notBack(failed.length), failed));
    });
  const latest = moves?.moves.at(-1);
  return (
    <>
      {latest && (
        <button type="button" class="button" disabled={isWorking} onClick={undo}>
          <Icon name="undo" />
          {TEXT.duplicates.undo(latest.numImages)}
        </button>
      )}
      {moves?.canMove && aside.size > 0 && (
        <button type="button" class="button is-primary" disabled={isWorking} onClick={move}>
          {TEXT.duplicates.moveAway(aside.size)}
        </button>
      )}
      {moves?.canMove === false && <span class="quiet">{TEXT.duplicates.noMoveTo}</span>}
      {problem && <Notice problem={problem} />}
    </>
  );
}

const MAX_NAMED = 10;

function stayed(what: string, images: readonly UnmovedImage[]): Problem {
  const lines = images.slice(0, MAX_NAMED).map(({ id, name = id, reason }) => `${name}: ${reason}`);
  return { code: 'E_DATA', what, help: lines.join('; ') };
}

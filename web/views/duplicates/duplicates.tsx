import { useMemo, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { CollectionBar } from '../../parts/collection-bar.tsx';
import { download } from '../../parts/download.ts';
import { ModelNeeded } from '../../parts/model-needed.tsx';
import { Notice } from '../../parts/notice.tsx';
import { PictureDialog } from '../../parts/picture-dialog.tsx';
import { Progress } from '../../parts/progress.tsx';
import { searchFor } from '../../parts/search-for.ts';
import { useWork } from '../../parts/use-work.ts';
import { ViewHead } from '../../parts/view-head.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useCollection } from '../../source/current.ts';
import { tabState } from '../../source/tab-images.ts';
import type { Picture, PictureGroup } from '../../source/types.ts';
import { announce } from '../../state/announce.ts';
import { modelState } from '../../state/model.ts';
import { site } from '../../state/site.ts';
import { useStore } from '../../state/store.ts';
import '../../style/collection.css';
import { TEXT } from '../../text.ts';
import { history, moveAside, setAside, undo } from './aside.ts';
import './duplicates.css';
import { idsAside } from './decide.ts';
import { GroupRow } from './group-row.tsx';
import { ServiceActions } from './service-actions.tsx';

/** Shares of the model's own limit. A quarter: copies and near copies, not just the same kind of thing. */
const FIRST_SHARE = 0.25;
const MAX_GROUPS = 100;

type FolderPicker = (options: { readonly mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>;
const pickFolder = (globalThis as { showDirectoryPicker?: FolderPicker }).showDirectoryPicker;

/** What is there twice: side by side, one kept, the others set aside. */
export default function Duplicates() {
  const model = useStore(modelState);
  const found = useStore(site);
  const { adding } = useStore(tabState);
  const collection = useCollection();
  const [share, setShare] = useState(FIRST_SHARE);
  /** What the person decided against the proposal: true keeps, false sets aside. */
  const [decided, setDecided] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [opened, setOpened] = useState<Picture>();
  const [problem, setProblem] = useState<Problem>();
  const past = useStore(history);
  const ready = model.kind === 'ready' ? model.model : undefined;
  const hasImages = collection !== undefined && collection.numImages > 0;
  const isWaiting = collection?.kind === 'tab' && adding !== undefined;
  const within = share * (ready?.info.threshold ?? 1);
  const work = useWork(
    hasImages && !isWaiting ? collection : undefined,
    (of, options) => of.groups(within, options),
    [within],
  );
  const groups = work.kind === 'ready' ? work.value : [];
  const aside = useMemo(() => idsAside(groups, decided), [groups, decided]);
  const isTab = collection?.kind === 'tab';
  const service = collection?.kind === 'service' && found?.kind === 'service' ? found : undefined;

  const attempt = (run: () => Promise<void>) => {
    setProblem(undefined);
    run().catch((error) => error?.name === 'AbortError' || setProblem(toProblem(error)));
  };
  const move = async () => {
    const folder = await (globalThis as { showDirectoryPicker?: FolderPicker }).showDirectoryPicker!({
      mode: 'readwrite',
    });
    await moveAside(ready!, aside, folder);
    announce(TEXT.duplicates.wereMoved(aside.size));
  };
  return (
    <article>
      <ViewHead title={TEXT.duplicates.title} lead={TEXT.duplicates.lead} />
      {model.kind !== 'ready' && <ModelNeeded />}
      <CollectionBar />
      {(hasImages || service) && (
        <div class="copies-bar">
          <label class="copies-share">
            <span>{TEXT.duplicates.alike}</span>
            <input
              type="range"
              min="0.02"
              max="1"
              step="0.01"
              value={share}
              onChange={({ currentTarget }) => setShare(Number(currentTarget.value))}
            />
            <small>{TEXT.duplicates.within(TEXT.distance(within))}</small>
          </label>
          <div class="buttons">
            {service && <ServiceActions client={service.client} groups={groups} aside={aside} />}
            {isTab && past.length > 0 && (
              <button type="button" class="button" onClick={() => attempt(undo)}>
                <Icon name="undo" />
                {TEXT.duplicates.undo(past.at(-1)!.numImages)}
              </button>
            )}
            {aside.size > 0 && (
              <>
                {isTab && pickFolder !== undefined && (
                  <button type="button" class="button is-primary" onClick={() => attempt(move)}>
                    {TEXT.duplicates.move(aside.size)}
                  </button>
                )}
                {isTab && (
                  <button type="button" class="button" onClick={() => attempt(() => setAside(ready!, aside))}>
                    {TEXT.duplicates.leaveOut}
                  </button>
                )}
                <button
                  type="button"
                  class="quiet-button"
                  onClick={() => download(listOf(groups, aside), 'duplicates.csv')}
                >
                  <Icon name="download" size={18} />
                  {TEXT.duplicates.list}
                </button>
              </>
            )}
          </div>
        </div>
      )}
      {problem && <Notice problem={problem} />}
      {hasImages && work.kind === 'working' && (
        <Progress label={TEXT.duplicates.looking} share={work.share} />
      )}
      {work.kind === 'failed' && <Notice problem={work.problem} />}
      {hasImages && work.kind === 'ready' && (
        <>
          <p class="quiet" role="status">
            {TEXT.duplicates.found(groups.length, aside.size)}
          </p>
          <ol class="copies">
            {groups.slice(0, MAX_GROUPS).map((group) => (
              <GroupRow
                key={group.pictures[0].id}
                group={group}
                aside={aside}
                onDecide={(id, isKept) => setDecided(new Map(decided).set(id, isKept))}
                onOpen={setOpened}
              />
            ))}
          </ol>
          {groups.length > MAX_GROUPS && (
            <p class="quiet">{TEXT.duplicates.more(groups.length - MAX_GROUPS)}</p>
          )}
        </>
      )}
      {opened && (
        <PictureDialog
          picture={opened}
          onClose={() => setOpened(undefined)}
          onSearch={(picture) => attempt(() => searchFor(picture))}
        />
      )}
    </article>
  );
}

/** A table for spreadsheets and scripts. */
function listOf(groups: readonly PictureGroup[], aside: ReadonlySet<string>): Blob {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = groups.flatMap(({ pictures, distances }, g) =>
    pictures.map((picture, i) =>
      [
        g + 1,
        aside.has(picture.id) ? 'aside' : 'keep',
        quote(picture.label ?? ''),
        quote(picture.name),
        distances[i].toFixed(6),
      ].join(','),
    ),
  );
  return new Blob([`group,decision,label,name,distance\n${rows.join('\n')}\n`], { type: 'text/csv' });
}

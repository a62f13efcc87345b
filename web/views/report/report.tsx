import { useEffect, useState } from 'preact/hooks';
import { FileButton } from '../../parts/file-button.tsx';
import { asDropped, type DroppedFile } from '../../parts/images.ts';
import { Notice } from '../../parts/notice.tsx';
import { useDrop } from '../../parts/use-drop.ts';
import { ViewHead } from '../../parts/view-head.tsx';
import { Icon } from '../../shell/icons.tsx';
import { TEXT } from '../../text.ts';
import { Figures } from './figures.tsx';
import './report.css';
import { droppedRun, type RunSource, siteRun } from './run-source.ts';
import { Summary } from './summary.tsx';
import { useEpochs } from './use-epochs.ts';

/** A training run: live while it goes on, or one that is finished. */
export default function Report() {
  const [source, setSource] = useState<RunSource>();
  const [isWrong, setWrong] = useState(false);
  const run = useEpochs(source);
  useEffect(() => {
    siteRun().then((found) => setSource((now) => now ?? found));
  }, []);
  const open = (files: readonly DroppedFile[]) => {
    const dropped = droppedRun(files);
    setWrong(dropped === undefined);
    if (dropped) setSource(dropped);
  };
  const { isOver, handlers } = useDrop(open);
  return (
    <article>
      <ViewHead title={TEXT.report.title} lead={TEXT.report.lead} />
      <section class={source ? 'run-row' : `empty${isOver ? ' is-over' : ''}`} {...handlers}>
        {source ? (
          <p class="run-name">
            <b>{source.name}</b> {source.isFollowed && <span class="run-live">{TEXT.report.live}</span>}
          </p>
        ) : (
          <>
            <Icon name="report" size={34} />
            <h2>{TEXT.report.emptyTitle}</h2>
            <p>{TEXT.report.emptyLead}</p>
          </>
        )}
        <p class="buttons">
          {source?.reportUrl && (
            <a class="button" href={source.reportUrl} target="_blank" rel="noreferrer">
              {TEXT.report.whole}
            </a>
          )}
          <FileButton
            class={source ? 'button' : 'button is-primary'}
            isFolder
            label={TEXT.report.folder}
            onFiles={(files) => open(files.map(asDropped))}
          />
          <FileButton
            class="button"
            accept=".jsonl"
            label={TEXT.report.file}
            onFiles={(files) => open(files.map(asDropped))}
          />
        </p>
      </section>
      {isWrong && (
        <Notice
          problem={{ code: 'E_NOT_FOUND', what: TEXT.report.noMetrics, help: TEXT.report.noMetricsHelp }}
        />
      )}
      {run?.problem && <Notice problem={run.problem} />}
      {run && run.epochs.length === 0 && !run.problem && <p class="quiet">{TEXT.report.noEpoch}</p>}
      {run && run.epochs.length > 0 && (
        <>
          <Summary epochs={run.epochs} />
          <Figures epochs={run.epochs} />
        </>
      )}
    </article>
  );
}

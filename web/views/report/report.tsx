import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { FileButton } from '../../parts/file-button.tsx';
import { asDropped, type DroppedFile } from '../../parts/images.ts';
import { Notice } from '../../parts/notice.tsx';
import { useDrop } from '../../parts/use-drop.ts';
import { ViewHead } from '../../parts/view-head.tsx';
import { Icon } from '../../shell/icons.tsx';
import { site } from '../../state/site.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { Figures } from './figures.tsx';
import './report.css';
import { ReportLink } from './report-link.tsx';
import { droppedRun, type RunSource, serviceRuns, siteRun } from './run-source.ts';
import { Summary } from './summary.tsx';
import { useRun } from './use-run.ts';

const NO_METRICS: Problem = {
  code: 'E_NOT_FOUND',
  what: TEXT.report.noMetrics,
  help: TEXT.report.noMetricsHelp,
};

/** A training run: live while it goes on, or one that is finished. */
export default function Report() {
  const found = useStore(site);
  const client = found?.kind === 'service' ? found.client : undefined;
  /** Runs of the host, of which one is looked at. */
  const [runs, setRuns] = useState<readonly RunSource[]>([]);
  const [source, setSource] = useState<RunSource>();
  const [problem, setProblem] = useState<Problem>();
  const run = useRun(source);
  const kind = found?.kind;
  useEffect(() => {
    if (kind === undefined) return;
    if (kind === 'locked') {
      setRuns([]);
      return setSource((now) => (now?.isFollowed ? undefined : now));
    }
    const listed =
      client === undefined ? siteRun().then((each) => (each ? [each] : [])) : serviceRuns(client);
    listed
      .then((list) => {
        setRuns(list);
        setSource((now) => now ?? list[0]);
      })
      .catch((error) => setProblem(toProblem(error)));
  }, [kind, client]);
  const open = (files: readonly DroppedFile[]) => {
    const dropped = droppedRun(files);
    setProblem(dropped === undefined ? NO_METRICS : undefined);
    if (dropped) setSource(dropped);
  };
  const { isOver, handlers } = useDrop(open);
  // One that the person opened stands beside those of the host.
  const choices = source === undefined || runs.includes(source) ? runs : [...runs, source];
  return (
    <article>
      <ViewHead title={TEXT.report.title} lead={TEXT.report.lead} />
      <section class={source ? 'run-row' : `empty${isOver ? ' is-over' : ''}`} {...handlers}>
        {source ? (
          <p class="run-name">
            {choices.length > 1 ? (
              <select
                aria-label={TEXT.report.run}
                value={choices.indexOf(source)}
                onChange={({ currentTarget }) => setSource(choices[Number(currentTarget.value)])}
              >
                {choices.map(({ name }, i) => (
                  <option key={i} value={i}>
                    {name}
                  </option>
                ))}
              </select>
            ) : (
              <b>{source.name}</b>
            )}{' '}
            {run?.isLive && <span class="run-live">{TEXT.report.live}</span>}
          </p>
        ) : (
          <>
            <Icon name="report" size={34} />
            <h2>{TEXT.report.emptyTitle}</h2>
            <p>{client ? TEXT.report.emptyService : TEXT.report.emptyLead}</p>
          </>
        )}
        <div class="buttons">
          {source && run?.reportUrl && <ReportLink url={run.reportUrl} name={source.name} />}
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
        </div>
      </section>
      {problem && <Notice problem={problem} />}
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

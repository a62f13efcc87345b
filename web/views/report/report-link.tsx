import { useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { download } from '../../parts/download.ts';
import { Notice } from '../../parts/notice.tsx';
import { fetchFile, isGuarded } from '../../source/guarded.ts';
import { TEXT } from '../../text.ts';

export interface ReportLinkProps {
  readonly url: string;
  /** Of the run. */
  readonly name: string;
}

/** Opens a run's `report.html`; where that wants a token, which a link cannot send, saves it. */
export function ReportLink({ url, name }: ReportLinkProps) {
  const [problem, setProblem] = useState<Problem>();
  if (!isGuarded(url))
    return (
      <a class="button" href={url} target="_blank" rel="noreferrer">
        {TEXT.report.whole}
      </a>
    );
  const save = async () => {
    setProblem(undefined);
    try {
      download(await fetchFile(url), `${name.replaceAll('/', '-')}-report.html`);
    } catch (error) {
      setProblem(toProblem(error));
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={save}>
        {TEXT.report.save}
      </button>
      {problem && <Notice problem={problem} />}
    </>
  );
}

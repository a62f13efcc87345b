import { useEffect, useState } from 'preact/hooks';
import type { WebExplanation, WebModel } from '../../../src/web/index.ts';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { Notice } from '../../parts/notice.tsx';
import { Progress } from '../../parts/progress.tsx';
import { announce } from '../../state/announce.ts';
import { TEXT } from '../../text.ts';

export interface WhyProps {
  readonly model: WebModel;
  readonly left: File;
  readonly right: File;
  readonly explanation: WebExplanation | undefined;
  readonly onExplanation: (explanation: WebExplanation | undefined) => void;
  /** Of the heat over the photos, 0…1. */
  readonly strength: number;
  readonly onStrength: (strength: number) => void;
}

/** Asks for the reasons, and says them. */
export function Why({ model, left, right, explanation, onExplanation, strength, onStrength }: WhyProps) {
  const [controller, setController] = useState<AbortController>();
  const [share, setShare] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => () => controller?.abort(), [controller]);

  const explain = () => {
    const mine = new AbortController();
    setController(mine);
    setShare(undefined);
    setProblem(undefined);
    model
      .explain(left, right, {
        signal: mine.signal,
        onProgress: ({ done, total }) => setShare(total > 0 ? done / total : undefined),
      })
      .then((found) => {
        if (found === null) return setProblem({ code: 'E_MODEL', what: TEXT.compare.noMap });
        onExplanation(found);
        announce(found.sentence);
      })
      .catch((error) => mine.signal.aborted || setProblem(toProblem(error)))
      .finally(() => setController(undefined));
  };

  if (problem) return <Notice problem={problem} />;
  if (controller)
    return <Progress label={TEXT.compare.whyWorking} share={share} onStop={() => controller.abort()} />;
  if (explanation === undefined)
    return (
      <p class="buttons">
        <button type="button" class="button" onClick={explain}>
          {TEXT.compare.why}
        </button>
      </p>
    );
  const isCropped = [explanation.left, explanation.right].some(
    ({ seen }) => Math.min(seen.width, seen.height) < 0.99,
  );
  return (
    <div class="why">
      <h2>{TEXT.compare.whyTitle}</h2>
      <p>{explanation.sentence}</p>
      <p class="quiet">
        {TEXT.compare.heat}
        {isCropped && ` ${TEXT.compare.cropped}`}
      </p>
      <p class="why-controls">
        <span class="heat-scale" aria-hidden="true">
          <span>{TEXT.compare.low}</span>
          <i />
          <span>{TEXT.compare.high}</span>
        </span>
        <label>
          <span class="unseen">{TEXT.compare.strength}</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            value={strength}
            onInput={({ currentTarget }) => onStrength(Number(currentTarget.value))}
          />
        </label>
        <button type="button" class="quiet-button" onClick={() => onExplanation(undefined)}>
          {TEXT.compare.hide}
        </button>
      </p>
    </div>
  );
}

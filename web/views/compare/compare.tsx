import { useEffect, useState } from 'preact/hooks';
import type { Comparison, WebExplanation } from '../../../src/web/index.ts';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { ModelNeeded } from '../../parts/model-needed.tsx';
import { Notice } from '../../parts/notice.tsx';
import { PhotoZone } from '../../parts/photo-zone.tsx';
import { usePaste } from '../../parts/use-paste.ts';
import { ViewHead } from '../../parts/view-head.tsx';
import { announce } from '../../state/announce.ts';
import { modelState } from '../../state/model.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { Answer } from './answer.tsx';
import './compare.css';
import { HeatLayer } from './heat-layer.tsx';
import { pair, setPhoto, swap } from './pair.ts';
import { Why } from './why.tsx';

type State =
  | { readonly kind: 'waiting' | 'working' }
  | { readonly kind: 'answered'; readonly answer: Comparison }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Two photos, one answer, and where it comes from. */
export default function Compare() {
  const [left, right] = useStore(pair);
  const model = useStore(modelState);
  const opened = model.kind === 'ready' ? model.model : undefined;
  const [state, setState] = useState<State>({ kind: 'waiting' });
  const [explanation, setExplanation] = useState<WebExplanation>();
  const [strength, setStrength] = useState(0.75);

  useEffect(() => {
    setExplanation(undefined);
    if (left === undefined || right === undefined || opened === undefined) {
      setState({ kind: 'waiting' });
      return;
    }
    const controller = new AbortController();
    setState({ kind: 'working' });
    opened
      .compare(left, right, { signal: controller.signal })
      .then((answer) => {
        if (controller.signal.aborted) return;
        setState({ kind: 'answered', answer });
        announce(
          `${TEXT.compare.verdict[answer.verdict]}. ${TEXT.compare.probability(TEXT.percent(answer.probability))}`,
        );
      })
      .catch((error) => {
        if (!controller.signal.aborted) setState({ kind: 'failed', problem: toProblem(error) });
      });
    return () => controller.abort();
  }, [left, right, opened]);
  usePaste((images) => {
    for (const image of images.slice(0, 2)) setPhoto(pair.get()[0] === undefined ? 0 : 1, image);
  });

  const heat = (side: 'left' | 'right') =>
    explanation && <HeatLayer map={explanation[side]} strength={strength} />;
  return (
    <article class="compare">
      <ViewHead title={TEXT.compare.title} lead={TEXT.compare.lead} />
      <div class="pair">
        <PhotoZone label={TEXT.compare.first} photo={left} onPhoto={(photo) => setPhoto(0, photo)}>
          {heat('left')}
        </PhotoZone>
        <PhotoZone label={TEXT.compare.second} photo={right} onPhoto={(photo) => setPhoto(1, photo)}>
          {heat('right')}
        </PhotoZone>
      </div>
      {model.kind !== 'ready' ? (
        <ModelNeeded />
      ) : (
        <section class="answer-place" aria-label={TEXT.compare.title}>
          {state.kind === 'waiting' && <p class="answer-waiting">{TEXT.compare.waiting}</p>}
          {state.kind === 'working' && <p class="answer-waiting">{TEXT.compare.working}</p>}
          {state.kind === 'failed' && <Notice problem={state.problem} />}
          {state.kind === 'answered' && (
            <>
              <Answer answer={state.answer} />
              <Why
                model={model.model}
                left={left!}
                right={right!}
                explanation={explanation}
                onExplanation={setExplanation}
                strength={strength}
                onStrength={setStrength}
              />
            </>
          )}
          {(left ?? right) && (
            <p class="buttons pair-buttons">
              {left && right && (
                <button type="button" class="quiet-button" onClick={swap}>
                  {TEXT.compare.swap}
                </button>
              )}
              <button type="button" class="quiet-button" onClick={() => pair.set([undefined, undefined])}>
                {TEXT.compare.again}
              </button>
            </p>
          )}
        </section>
      )}
    </article>
  );
}

import { Notice } from '../../parts/notice.tsx';
import { Progress } from '../../parts/progress.tsx';
import { TEXT } from '../../text.ts';
import { LessonMap } from './lesson-map.tsx';
import { LossPlot } from './loss-plot.tsx';
import { Mistakes } from './mistakes.tsx';
import { type Lesson, lesson as lessonStore } from './state.ts';

/** A training under way, or what it told: loss, map, mistakes. */
export function LessonView({ lesson }: { readonly lesson: Lesson }) {
  const { teaching, prepare, plan, step, epochs, places, mistakes, warnings, problem, model, groups } =
    lesson;
  const again = () => {
    teaching.cancel();
    lessonStore.set(undefined);
  };
  if (problem)
    return (
      <div class="lesson">
        <Notice problem={problem} />
        <p class="buttons">
          <button type="button" class="button" onClick={again}>
            {TEXT.teach.back}
          </button>
        </p>
      </div>
    );
  return (
    <div class="lesson">
      {model === undefined && (
        <section class="lesson-progress">
          {lesson.isMeasuring ? (
            <Progress label={TEXT.teach.measuring} />
          ) : step === undefined ? (
            <Progress
              label={TEXT.teach.prepare[prepare?.stage as keyof typeof TEXT.teach.prepare] ?? TEXT.loading}
              share={prepare?.share}
            />
          ) : (
            <Progress
              label={TEXT.teach.learning(step.epoch, step.numEpochs)}
              share={
                (step.epoch - 1 + step.step / Math.max(1, step.stepsPerEpoch)) / Math.max(1, step.numEpochs)
              }
              note={`${TEXT.rate(step.imagesPerSecond)} · ${TEXT.left(TEXT.seconds(step.secondsLeft))}`}
            />
          )}
          <p class="buttons">
            {epochs.length > 0 && (
              <button type="button" class="button" onClick={() => teaching.stop()}>
                {TEXT.teach.enough}
              </button>
            )}
            <button type="button" class="quiet-button" onClick={again}>
              {TEXT.cancel}
            </button>
          </p>
        </section>
      )}
      {warnings.map((words) => (
        <p key={words} class="quiet">
          {words}
        </p>
      ))}
      {plan && <p class="quiet">{TEXT.teach.plan(plan.numTrain, plan.numValidation, plan.numTest)}</p>}
      {epochs.length > 0 && (
        <div class="panels">
          <section class="panel">
            <h2>{TEXT.teach.lossTitle}</h2>
            <LossPlot epochs={epochs} />
          </section>
          <section class="panel">
            <h2>{TEXT.teach.mapTitle}</h2>
            <LessonMap groups={groups} places={places} />
          </section>
          <section class="panel is-wide">
            <h2>{TEXT.teach.mistakesTitle}</h2>
            <Mistakes groups={groups} pairs={mistakes} />
          </section>
        </div>
      )}
    </div>
  );
}

import {
  brier,
  type CurveQuality,
  clopperPearson,
  curveQuality,
  type Estimate,
  falseMatchRate,
} from '../evaluate/index.ts';
import { judge, type ModelConfig } from '../model/index.ts';

/** How good a model's probabilities and answers are on pairs that made neither. */
export interface AnswersMeasurement {
  /** Of the probabilities, told for the share of similar pairs among these. */
  readonly probability: CurveQuality;
  /** Share of similar pairs among these. */
  readonly prior: number;
  /** FMR at the threshold, with a Clopper–Pearson interval as of pairs that share no image. */
  readonly falseMatchRate: Estimate;
  /** Null where the model was not calibrated to answer in three ways. */
  readonly threeWay: ThreeWay | null;
  /** What to expect where another share of pairs is similar. Null where none was asked for. */
  readonly elsewhere: Elsewhere | null;
}

/** Answers of a calibrated model against the truth. */
export interface ThreeWay {
  readonly maxError: number;
  /** Share of dissimilar pairs that are called the same, and of similar pairs that are called different. */
  readonly wrongSame: Estimate;
  readonly wrongDifferent: Estimate;
  /** Share of all pairs that get a definite answer, and of each kind. */
  readonly coverage: number;
  readonly coverageSimilar: number | null;
  readonly coverageDissimilar: number | null;
}

/** Rates at another share of similar pairs, from the rates of each kind. */
export interface Elsewhere {
  readonly prior: number;
  /** Share of `same` answers that would be right; null where none is given. */
  readonly precisionSame: number | null;
  /** Share of `different` answers that would be right; null where none is given. */
  readonly precisionDifferent: number | null;
  readonly coverage: number;
  /** Brier of the probabilities told for that share. */
  readonly brier: number;
}

export interface MeasureAnswersInput {
  /** `[numPairs]`. */
  readonly distances: ArrayLike<number>;
  readonly similar: ArrayLike<number>;
  /** Different images that the pairs are made of: half as many pairs are independent at most. */
  readonly numImages: number;
  readonly config: Pick<ModelConfig, 'threshold' | 'calibration' | 'answers'>;
  /** Share of similar pairs to tell of as well. */
  readonly prior?: number;
}

/**
 * Measures probabilities and answers.
 * @returns undefined where one kind of pair is missing
 * @throws E_CONFIG for a prior that is out of range or that the model cannot tell of
 */
export function measureAnswers(input: MeasureAnswersInput): AnswersMeasurement | undefined {
  const { distances, similar, numImages, config, prior: asked } = input;
  const numPairs = distances.length;
  const isSimilar = Array.from(similar, (value) => value > 0.5);
  const numSimilar = isSimilar.filter(Boolean).length;
  if (numSimilar === 0 || numSimilar === numPairs) return undefined;
  const prior = numSimilar / numPairs;
  const knowsPrior = config.answers !== undefined || config.calibration.prior !== undefined;
  const told = (share: number | undefined) =>
    Array.from(distances, (d) => judge(d, config, share === undefined ? {} : { prior: share }));
  const answers = told(knowsPrior ? prior : undefined);
  const labels = Uint8Array.from(isSimilar, Number);
  const independent = Math.max(1, Math.floor(numImages / 2));
  const rates = countAnswers(answers, isSimilar);
  return {
    probability: curveQuality(
      answers.map(({ probability }) => probability),
      labels,
    ),
    prior,
    falseMatchRate: falseMatchRate({
      distances,
      similar: labels,
      threshold: config.threshold,
      numIndependent: independent,
    }),
    threeWay:
      config.answers === undefined ? null : threeWayOf(rates, config.answers.cuts.maxError, independent),
    elsewhere: asked === undefined ? null : elsewhereOf(rates, asked, told(asked), isSimilar),
  };
}

type Counts = Record<'same' | 'different' | 'unsure', number>;

/** Shares of answers by kind of pair. */
interface Rates {
  readonly similar: Counts;
  readonly dissimilar: Counts;
  readonly numSimilar: number;
  readonly numDissimilar: number;
}

function countAnswers(answers: readonly { verdict: keyof Counts }[], isSimilar: readonly boolean[]): Rates {
  const similar = { same: 0, different: 0, unsure: 0 };
  const dissimilar = { same: 0, different: 0, unsure: 0 };
  for (const [i, { verdict }] of answers.entries()) (isSimilar[i] ? similar : dissimilar)[verdict]++;
  const numSimilar = isSimilar.filter(Boolean).length;
  return { similar, dissimilar, numSimilar, numDissimilar: isSimilar.length - numSimilar };
}

function threeWayOf(
  { similar, dissimilar, numSimilar, numDissimilar }: Rates,
  maxError: number,
  independent: number,
): ThreeWay {
  const rate = (count: number, total: number) => {
    const effective = Math.min(total, independent);
    return clopperPearson((count / total) * effective, effective);
  };
  const unsure = similar.unsure + dissimilar.unsure;
  return {
    maxError,
    wrongSame: rate(dissimilar.same, numDissimilar),
    wrongDifferent: rate(similar.different, numSimilar),
    coverage: 1 - unsure / (numSimilar + numDissimilar),
    coverageSimilar: 1 - similar.unsure / numSimilar,
    coverageDissimilar: 1 - dissimilar.unsure / numDissimilar,
  };
}

/** Bayes' rule: the rates of each kind of pair stay as they are, only how common it is changes. */
function elsewhereOf(
  { similar, dissimilar, numSimilar, numDissimilar }: Rates,
  prior: number,
  told: readonly { probability: number }[],
  isSimilar: readonly boolean[],
): Elsewhere {
  const share = (verdict: keyof Counts) => ({
    similar: (prior * similar[verdict]) / numSimilar,
    dissimilar: ((1 - prior) * dissimilar[verdict]) / numDissimilar,
  });
  const [same, different, unsure] = [share('same'), share('different'), share('unsure')];
  const part = (right: number, wrong: number) => (right + wrong > 0 ? right / (right + wrong) : null);
  const brierOf = (kind: boolean) => {
    const probabilities = told.filter((_, i) => isSimilar[i] === kind).map(({ probability }) => probability);
    return brier(probabilities, new Uint8Array(probabilities.length).fill(kind ? 1 : 0));
  };
  return {
    prior,
    precisionSame: part(same.similar, same.dissimilar),
    precisionDifferent: part(different.dissimilar, different.similar),
    coverage: 1 - unsure.similar - unsure.dissimilar,
    brier: prior * brierOf(true) + (1 - prior) * brierOf(false),
  };
}

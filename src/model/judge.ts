import { SamesameError } from '../base/errors.ts';
import { probabilityAt, withPrior } from '../base/odds.ts';
import type { ModelConfig } from './config.ts';

/** The answer about two images. */
export interface Comparison {
  /** Lower is closer. */
  readonly distance: number;
  /** Probability that both show the same thing, where `prior` of all pairs do. */
  readonly probability: number;
  /** Share of pairs that are similar for which `probability` holds; absent where an old model does not say it. */
  readonly prior?: number;
  /** `unsure` only from a model that `calibrate` gave an error rate to keep. */
  readonly verdict: 'same' | 'different' | 'unsure';
  /** Why no other answer is given. Only where the verdict is `unsure`. */
  readonly because?: string;
  /** The distance below which the verdict is `same`. A calibrated model answers by its two cuts instead. */
  readonly threshold: number;
}

export interface JudgeOptions {
  /**
   * Share of similar pairs, in (0, 1), where the question is asked. Default: what the model was told in calibration,
   * else the share that its probability was fitted at.
   */
  readonly prior?: number;
}

/**
 * What a distance means under a model's calibration. The verdict comes from the two cuts of a calibrated model, else
 * from the threshold; it does not depend on the prior, as each kind of error is bounded by itself.
 * @throws E_CONFIG for a prior out of range, or where the model does not say which one its probability holds for
 * @example
 * judge(0.2, config, { prior: 0.01 }) // { verdict: 'same', probability: 0.43, prior: 0.01, … }
 */
export function judge(
  distance: number,
  { threshold, calibration, answers }: Pick<ModelConfig, 'threshold' | 'calibration' | 'answers'>,
  { prior: asked }: JudgeOptions = {},
): Comparison {
  if (asked !== undefined) checkPrior(asked);
  const {
    curve,
    fittedPrior,
    prior = fittedPrior,
  } = answers ?? {
    curve: { kind: 'logistic' as const, slope: calibration.slope, intercept: calibration.intercept },
    fittedPrior: calibration.prior,
  };
  const wanted = asked ?? prior;
  if (wanted !== undefined && fittedPrior === undefined) throw priorUnknown(wanted);
  const fitted = probabilityAt(distance, curve);
  const probability = fittedPrior === undefined ? fitted : withPrior(fitted, fittedPrior, wanted!);
  const verdict = verdictOf(distance, threshold, answers?.cuts);
  return {
    distance,
    probability,
    prior: wanted,
    verdict,
    ...(verdict === 'unsure' && { because: reasonOf(answers!.cuts) }),
    threshold,
  };
}

/**
 * A share of similar pairs that leaves something to ask.
 * @throws E_CONFIG
 */
export function checkPrior(prior: number): void {
  if (prior > 0 && prior < 1) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the share of similar pairs is out of range',
    expected: 'a number between 0 and 1, neither of them: 0.01 where one pair in a hundred is similar',
    received: String(prior),
    help: 'at 0 or 1 the answer is known before any image is looked at',
    details: { option: 'prior' },
  });
}

type Cuts = NonNullable<ModelConfig['answers']>['cuts'];

function verdictOf(distance: number, threshold: number, cuts: Cuts | undefined): Comparison['verdict'] {
  if (cuts === undefined) return distance < threshold ? 'same' : 'different';
  if (cuts.same !== null && distance < cuts.same) return 'same';
  if (cuts.different !== null && distance > cuts.different) return 'different';
  return 'unsure';
}

function reasonOf({ same, different, maxError }: Cuts): string {
  const rate = `${Number((maxError * 100).toPrecision(3))} %`;
  const missing = [...(same === null ? ['same'] : []), ...(different === null ? ['different'] : [])];
  if (missing.length > 0) {
    return `too few pairs were calibrated on to ever say ${missing.join(' or ')} with at most ${rate} errors`;
  }
  return `at distances from ${same!.toPrecision(3)} to ${different!.toPrecision(3)} either answer would be wrong more often than in ${rate} of pairs`;
}

function priorUnknown(prior: number): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: 'this model does not say which share of similar pairs its probability holds for',
    expected: 'a model that knows it, as new ones do',
    received: `a prior of ${prior}`,
    help: 'calibrate it: samesame calibrate MODEL DATA',
  });
}

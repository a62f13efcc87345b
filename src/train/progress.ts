/** One epoch as `metrics.jsonl` and checkpoints keep it. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps done since the start of the run. */
  readonly step: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  /** Mean learning rate over the epoch's steps. */
  readonly rate: number;
  /** Means over the epoch's steps of what the loss reports beside its value. */
  readonly diagnostics: Readonly<Record<string, number>>;
  readonly validation: Validation;
  /** Whether it is the best epoch so far. */
  readonly isBest: boolean;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** How good a state of the network is on validation pairs. */
export interface Validation {
  /** Share of balanced pairs that are told apart at `threshold`, the best one for these pairs. */
  readonly accuracy: number;
  readonly threshold: number;
  /** Share of queries named right in validation episodes, where there are some: then it chooses the epoch. */
  readonly episodes?: number;
  /** The loss of training over the validation pairs, where it is asked for: then it chooses the epoch. */
  readonly loss?: number;
  /** Means over similar and dissimilar pairs. */
  readonly positiveDistance: number;
  readonly negativeDistance: number;
  /** Distances that 10, 50 and 90 % of similar, and of dissimilar, pairs do not pass. Runs of before lack them. */
  readonly distanceQuantiles?: Readonly<
    Record<'positive' | 'negative', readonly [number, number, number] | null>
  >;
  // Null where the pairs leave it undefined. Runs that were started before these were measured lack them.
  /** Share of *same* verdicts that are right, at `threshold`. */
  readonly precision?: number | null;
  /** Share of similar pairs called the same, at `threshold`. */
  readonly recall?: number | null;
  /** Chance that a similar pair is closer than a dissimilar one, ties counting ½. */
  readonly auc?: number | null;
  /** Highest recall of any threshold with at least this precision. */
  readonly recallAtPrecision?: Readonly<Record<'.80' | '.90' | '.95', number | null>>;
}

/** Where a run stands: all that resuming needs beside the arrays. */
export interface RunProgress {
  /** Epochs that are finished. */
  readonly epoch: number;
  /** Steps done in the epoch that is not. */
  readonly stepInEpoch: number;
  /** Sums over those steps, so that the epoch's means come out as without a break. */
  readonly sums: Readonly<Record<string, number>>;
  readonly records: readonly EpochRecord[];
  readonly seconds: number;
  /** Fingerprint of the configuration and the data. A run resumes only as itself. */
  readonly identity: string;
}

/** What training tells while it works. */
export type TrainEvent =
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly numEpochs: number;
      /** Steps done in this epoch. */
      readonly step: number;
      readonly stepsPerEpoch: number;
      readonly loss: number;
      readonly rate: number;
      readonly imagesPerSecond: number;
      /** Estimate for the rest of the run. */
      readonly secondsLeft: number;
      /** Of the last epoch. */
      readonly validation?: Validation;
    }
  | {
      readonly kind: 'epoch';
      readonly record: EpochRecord;
      /** All epochs so far, this one last. */
      readonly records: readonly EpochRecord[];
      readonly numEpochs: number;
    }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'stage'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly kind: 'note'; readonly message: string };

export { type Checkpoint, type CheckpointFolder, createCheckpointFolder } from './checkpoints.ts';
export { buildChunkedStep, type ChunkedStep } from './chunked/chunked-graphs.ts';
export { createChunkedStepper } from './chunked/chunked-stepper.ts';
export { describeCollapse } from './collapse.ts';
export { readTrainConfig, type TrainConfig, type TrainOptions, trainConfigSchema } from './config.ts';
export { type Feeder, feedBatches, feedPairs } from './feeder.ts';
export { createGradientProbe, type GradientProbe } from './gradient-probe.ts';
export { type LoopParts, type LoopResult, trainLoop } from './loop.ts';
export { type ConfiguredObjective, createObjective } from './objective.ts';
export { type OpenedStep, openStep } from './open-step.ts';
export { type AdamOptions, adam, adamW } from './optimizers/adam.ts';
export { createOptimizer } from './optimizers/by-name.ts';
export type { Optimizer, OptimizerResult, OptimizerStep } from './optimizers/optimizer.ts';
export { type RmspropOptions, rmsprop } from './optimizers/rmsprop.ts';
export { type SgdOptions, sgd } from './optimizers/sgd.ts';
export type { EpochRecord, RunProgress, TrainEvent, Validation } from './progress.ts';
export { decodeSafetensors, encodeSafetensors, type TensorFile } from './safetensors.ts';
export {
  constantRate,
  cosineRate,
  createSchedule,
  type Schedule,
  stepRate,
  withWarmUp,
} from './schedules.ts';
export { buildStep, type Objective, type StepGraph, type StepPlan } from './step-graph.ts';
export { createStepper, type StepBatch, type Stepper } from './stepper.ts';

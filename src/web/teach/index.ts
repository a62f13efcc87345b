export { listModels, loadModel, removeModel, type SavedModel, saveModel } from './saved-models.ts';
export { teach } from './teach.ts';
export type {
  ImagePlace,
  MapPlace,
  MistakenPair,
  TaughtAccuracy,
  TaughtModel,
  TaughtValidation,
  TeachEvent,
  TeachGroup,
  Teaching,
  TeachOptions,
  TeachPlan,
  TeachSummary,
} from './types.ts';

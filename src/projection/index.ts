export { fitPca, type PcaPlane } from './pca.ts';
export type { MapPoint } from './points.ts';
export {
  chooseProjection,
  PROJECTION_NAMES,
  type Projection,
  type ProjectionName,
  type ProjectOptions,
  projectEmbeddings,
} from './project.ts';
export { MAX_TSNE_IMAGES } from './tsne.ts';

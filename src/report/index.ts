export { type CalibrationFacts, withCalibration } from './calibration-card.ts';
export { writeReliabilityDiagram } from './calibration-figure.ts';
export { type EvaluationNumbers, type EvaluationTable, evaluationTables } from './evaluation-tables.ts';
export {
  drawExplanation,
  type ExplainedPhoto,
  type ExplanationPicture,
  writeExplanationPicture,
} from './explain/explanation-picture.ts';
export { confusionTable } from './figures/confusion-table.ts';
export { precisionRecallFigure, rocFigure } from './figures/curves.ts';
export { type DetOptions, detFigure } from './figures/det-curve.ts';
export { histogramFigure } from './figures/histogram.ts';
export { type ImageMap, imageMap } from './figures/image-map.ts';
export { lineChart } from './figures/line-chart.ts';
export { pairGallery } from './figures/pair-gallery.ts';
export { reliabilityDiagram } from './figures/reliability-diagram.ts';
export { retrievalGrid } from './figures/retrieval-grid.ts';
export { type ScatterMapOptions, scatterMap } from './figures/scatter-map.ts';
export {
  type GalleryData,
  type GalleryGroup,
  type GalleryImage,
  type GallerySection,
  renderGalleryPage,
} from './gallery/gallery-page.ts';
export type {
  InspectionData,
  ShownFinding,
  ShownGroup,
  ShownImage,
  ShownProposal,
} from './inspect/inspection-data.ts';
export { renderInspectionPage } from './inspect/inspection-page.ts';
export { renderInspectionText } from './inspect/inspection-text.ts';
export { type MapPageOptions, renderMapPage } from './map-page/render-map-page.ts';
export { type ModelCardData, renderModelCard } from './model-card.ts';
export {
  checkPicturePath,
  drawPairPicture,
  type NamedImage,
  type PairPicture,
  writePairPicture,
} from './pair-picture.ts';
export { renderReport } from './render-report.ts';
export { renderUnfinishedReport } from './render-unfinished.ts';
export type {
  ClassResult,
  Configuration,
  EpochMetrics,
  GalleryPair,
  PairGallery,
  ReportCost,
  ReportData,
  ReportDataset,
  ReportImage,
  ReportModel,
  ReportSplit,
  RetrievalExample,
  RetrievedImage,
  UnfinishedReportData,
} from './report-data.ts';
export { type ResultRow, type Results, resultRows } from './result-rows.ts';
export { createSpriteSheets, type SpriteOptions, type SpriteSheets } from './sprite-sheet.ts';
export type { SeedSpread, SweepRow, SweepRun, SweepTable } from './sweep/sweep-table.ts';
export { renderSweepText } from './sweep/sweep-text.ts';
export { renderByNegatives } from './terminal/negatives.ts';
export { type DrawPairsOptions, drawPairsAsText, type PictureInText } from './terminal/pictures.ts';
export { renderResults } from './terminal/results.ts';
export { fitText, renderTable, type TableOptions } from './terminal/table.ts';

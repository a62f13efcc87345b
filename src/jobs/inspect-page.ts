import { writeFileAtomic } from '../base/files.ts';
import type { Finding } from '../data/inspect/index.ts';
import {
  type InspectionData,
  renderInspectionPage,
  type ShownImage,
  type ShownProposal,
} from '../report/index.ts';
import type { Inspection } from './inspect.ts';
import { drawThumbnail } from './thumbnail.ts';

/** A page of a few megabytes at most: what a person looks through. */
const MAX_GROUPS = 24;
const MAX_IMAGES = 8;

/**
 * Writes an inspection as one HTML page that needs no other file, with thumbnails of the images that it is about.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeInspectionPage(
  inspection: Inspection,
  path: string,
  command: string,
): Promise<void> {
  const { set } = inspection.dataset;
  const asked = inspection.findings.flatMap(({ groups }) =>
    groups.slice(0, MAX_GROUPS).flatMap(({ images }) => images.slice(0, MAX_IMAGES)),
  );
  const pictures = new Map<number, string>();
  const facts = new Map(inspection.examined.images.map((image) => [image.index, image]));
  for (const index of new Set(asked)) {
    const { header, look } = facts.get(index) ?? {};
    if (header === undefined || look === undefined) continue;
    const picture = await drawThumbnail(set, index, header);
    if (picture !== undefined) pictures.set(index, picture);
  }
  const data = toInspectionData(inspection, command, (index) => pictures.get(index));
  await writeFileAtomic(path, renderInspectionPage(data));
}

/**
 * What is shown of an inspection.
 * @param command the command line of its proposal
 * @param pictureOf the thumbnail of an image. Default: none
 */
export function toInspectionData(
  { dataset: { set }, summary, verdict, findings, proposal, threshold, seconds }: Inspection,
  command: string,
  pictureOf: (index: number) => string | undefined = () => undefined,
): InspectionData {
  const show = (index: number): ShownImage => ({ name: set.id(index), picture: pictureOf(index) });
  const shown: ShownProposal | undefined = proposal && {
    command,
    config: proposal.config,
    reasons: proposal.reasons,
  };
  return {
    name: set.name,
    summary,
    verdict,
    findings: findings.map((finding) => ({
      ...finding,
      numGroups: finding.groups.length,
      groups: firstGroups(finding).map(({ images, caption }) => ({
        caption,
        numImages: images.length,
        images: images.slice(0, MAX_IMAGES).map(show),
      })),
    })),
    proposal: shown,
    threshold,
    seconds,
  };
}

function firstGroups({ groups }: Finding): Finding['groups'] {
  return groups.slice(0, MAX_GROUPS);
}

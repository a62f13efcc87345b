import type { Check, Finding } from '../types.ts';
import { countOf, namesOf } from '../words.ts';

/** What lies in the data set and is not trained on. */
export const checkLeftOut: Check = ({ set, namesPairs, unpaired = [] }) => {
  const { numOther = 0, unreadableFolders = [] } = set.skipped ?? {};
  const unlabelled = Array.from({ length: set.numImages }, (_, i) => i).filter((i) => set.labels[i] < 0);
  const numOutside = set.skipped?.numUnlabelled ?? 0;
  const findings: Finding[] = [];
  if (!namesPairs && unlabelled.length > 0 && unlabelled.length < set.numImages) {
    findings.push({
      check: 'unlabelled',
      severity: 'warning',
      title: `${countOf(unlabelled.length, 'image has', 'images have')} no class`,
      advice: 'Move them into the folder of their class: training leaves them out.',
      groups: unlabelled.map((index) => ({ images: [index] })),
    });
  } else if (namesPairs && numOutside > 0) {
    findings.push({
      check: 'unlabelled',
      severity: 'warning',
      title: `${countOf(numOutside, 'image is', 'images are')} not named like half of a couple`,
      advice: 'Name them …_<i>_one and …_<i>_two: training leaves them out.',
      groups: [],
    });
  }
  if (unpaired.length > 0) {
    findings.push({
      check: 'unpaired',
      severity: 'warning',
      title: `${countOf(unpaired.length, 'image lacks', 'images lack')} the other half of the couple: ${namesOf(unpaired)}`,
      advice: 'Add the other half: training leaves them out.',
      groups: [],
    });
  }
  if (unreadableFolders.length > 0) {
    findings.push({
      check: 'unreadable-folders',
      severity: 'warning',
      title: `${countOf(unreadableFolders.length, 'folder')} may not be read: ${namesOf(unreadableFolders)}`,
      advice: 'Change their permissions, or train without them.',
      groups: [],
    });
  }
  if (numOther > 0) {
    findings.push({
      check: 'other-files',
      severity: 'note',
      title: `${countOf(numOther, 'file is', 'files are')} not taken for an image`,
      advice: 'Save HEIC, SVG, PDF and raw photos among them as PNG or JPEG; forget about the rest.',
      groups: [],
    });
  }
  return findings;
};

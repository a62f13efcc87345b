import { IMAGE_MAP_STYLES, imageMap } from '../figures/image-map.ts';
import { MAP_READING } from '../map-reading.ts';
import { section } from '../page.ts';
import type { ReportData } from '../report-data.ts';

/** The test images at their places on a plane. Empty where there are none. */
export function mapSection({ map }: ReportData): string {
  if (map === undefined) return '';
  const reading = `${MAP_READING[map.method]} Images that would hide one another are moved apart; point at one, or tap it, to see what it is.`;
  return section('Map', reading, `<style>${IMAGE_MAP_STYLES}</style>${imageMap(map)}`);
}

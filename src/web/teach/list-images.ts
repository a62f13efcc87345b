/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import { compareNames } from '../../data/order.ts';
import type { ImagePlace, TeachGroup } from './types.ts';

/** An image that was given, in the order in which Node reads a folder of the same groups and files. */
export interface ListedImage {
  readonly place: ImagePlace;
  /** `group/name`, as its path below such a folder. */
  readonly id: string;
  readonly group: string;
  readonly image: Blob | ImageData;
}

/**
 * The images of all groups in the order of their names, so that a model knows its images again when Node finds them in
 * folders. Images without a name are numbered as they came.
 * @throws E_DATA_EMPTY, E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES, E_CONFIG for groups without a name or of one name
 */
export function listImages(groups: readonly TeachGroup[]): ListedImage[] {
  checkGroups(groups);
  const order = groups.map((_, g) => g).sort((a, b) => compareNames(groups[a].name, groups[b].name));
  return order.flatMap((group) => {
    const { name, images } = groups[group];
    const names = uniqueNames(images);
    return images
      .map((image, i) => ({
        place: { group, image: i },
        id: `${name}/${names[i]}`,
        group: name,
        image,
        own: names[i],
      }))
      .sort((a, b) => compareNames(a.own, b.own))
      .map(({ own: _, ...listed }) => listed);
  });
}

function uniqueNames(images: TeachGroup['images']): string[] {
  const digits = String(images.length).length;
  const seen = new Set<string>();
  return images.map((image, i) => {
    const own = image instanceof File && image.name !== '' ? image.name : undefined;
    const number = String(i + 1).padStart(digits, '0');
    const name = own === undefined || seen.has(own) ? `${number}${own === undefined ? '' : ` ${own}`}` : own;
    seen.add(name);
    return name;
  });
}

function checkGroups(groups: readonly TeachGroup[]): void {
  if (groups.every(({ images }) => images.length === 0)) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: 'there is no image to learn from yet',
      expected: 'two groups or more, with some images of one thing in each',
      help: 'drop images on the groups, or take some with the camera',
    });
  }
  const nameless = groups.findIndex(({ name }) => name.trim() === '');
  if (nameless >= 0) {
    throw new SamesameError('E_CONFIG', {
      what: `group ${nameless + 1} has no name`,
      expected: 'a name for what is in its images, such as mugs',
      details: { group: nameless },
    });
  }
  const twice = groups.findIndex(({ name }, g) => groups.findIndex((other) => other.name === name) < g);
  if (twice >= 0) {
    throw new SamesameError('E_CONFIG', {
      what: `two groups are called ${groups[twice].name}`,
      expected: 'another name for each group',
      help: 'rename one of them, or put the images of both into one',
      details: { group: twice },
    });
  }
  const filled = groups.filter(({ images }) => images.length > 0);
  if (filled.length === 1) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: 'with one group there is nothing to tell apart',
      expected: 'two groups or more',
      received: `images of ${filled[0].name} only`,
      help: 'make a second group with images of something else',
      details: { groups: [filled[0].name] },
    });
  }
  const small = groups.filter(({ images }) => images.length < 2);
  if (small.length > 0) throw tooFew(small.map(({ name, images }) => ({ name, numImages: images.length })));
}

/** Groups that no pair of the same thing can be made of. */
export function tooFew(
  groups: readonly { readonly name: string; readonly numImages: number }[],
): SamesameError {
  const [{ name, numImages }] = groups;
  const others = groups.length > 1 ? `, and ${groups.length - 1} more such groups` : '';
  return new SamesameError('E_DATA_FEW_IMAGES', {
    what: `the group ${name} is too small to learn from`,
    expected: 'at least 2 different images in a group; with 10 or more it learns well',
    received: `${numImages} ${numImages === 1 ? 'image' : 'images'}${others}`,
    help: 'add images of the same thing to it, or remove the group',
    details: { groups },
  });
}

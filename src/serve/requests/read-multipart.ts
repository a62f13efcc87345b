import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { type SentImage, toLabel } from './sent-image.ts';

/** A file of the form is one image; a text field `url` is one to be fetched. */
const FIELDS = ['image', 'url'];

/**
 * The images of a `multipart/form-data` body, in their order: fields `image` with a file each, or `url`.
 * @throws E_REQUEST where it is no such body, has other fields, or more than `maxImages`
 */
export async function readMultipart(
  body: Buffer,
  contentType: string,
  maxImages: number,
): Promise<SentImage[]> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (boundary === null) throw broken('a Content-Type that names the boundary', contentType.slice(0, 200));
  const numParts = countParts(body, `--${boundary[1] ?? boundary[2]}`, maxImages + 2) - 1;
  if (numParts > maxImages) {
    throw new SamesameError('E_TOO_LARGE', {
      what: 'the form has too many fields',
      expected: `at most ${maxImages}, one an image`,
      received: `${numParts} or more`,
      help: 'send the images in several requests',
    });
  }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch((cause: unknown) => {
      throw broken(
        'multipart/form-data, as curl -F and FormData send it',
        'a body that is not, or ends early',
        cause,
      );
    });
  const images: SentImage[] = [];
  for (const [field, value] of form) {
    if (field === 'image' && typeof value !== 'string')
      images.push({ bytes: new Uint8Array(await value.arrayBuffer()), name: toLabel(value.name) });
    else if (field === 'url' && typeof value === 'string') images.push({ url: value });
    else throw wrongField(field, typeof value === 'string');
  }
  return images;
}

/** How often the boundary occurs, counted up to `max`: a form of very many tiny parts is refused before it is read. */
function countParts(body: Buffer, boundary: string, max: number): number {
  let count = 0;
  for (let at = body.indexOf(boundary); at >= 0 && count < max; at = body.indexOf(boundary, at + 1)) count++;
  return count;
}

function wrongField(field: string, isText: boolean): SamesameError {
  const shown = toLabel(field) ?? '';
  const near = suggest(shown, FIELDS);
  return new SamesameError('E_REQUEST', {
    what: 'the form has a field that is not read',
    expected: 'fields image with a file each (curl -F image=@a.jpg), or url with an address',
    received: `${shown}, ${isText ? 'a text' : 'a file'}`,
    help: near === undefined || near === shown ? undefined : `did you mean ${near}?`,
  });
}

function broken(expected: string, received: string, cause?: unknown): SamesameError {
  return new SamesameError('E_REQUEST', { what: 'the form cannot be read', expected, received, cause });
}

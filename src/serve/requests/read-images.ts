import type { IncomingMessage } from 'node:http';
import { SamesameError } from '../../base/errors.ts';
import type { Limits } from '../options.ts';
import { imagesBodySchema } from '../schemas.ts';
import type { Ticket } from './admission.ts';
import { mediaTypeOf } from './media-type.ts';
import { readBody } from './read-body.ts';
import { readJson } from './read-json.ts';
import { readMultipart } from './read-multipart.ts';
import { type SentImage, toLabel } from './sent-image.ts';

/** How many images a request is to bring. */
export interface ImageCount {
  readonly min: number;
  readonly max: number;
}

/**
 * The images of a request: a form, JSON, or one file as the body itself. They count against the ticket.
 * @throws E_REQUEST, E_MEDIA_TYPE, E_TOO_LARGE, E_BUSY
 */
export async function readImages(
  incoming: IncomingMessage,
  { min, max }: ImageCount,
  { maxBodyBytes }: Pick<Limits, 'maxBodyBytes'>,
  ticket: Ticket,
): Promise<SentImage[]> {
  const contentType = incoming.headers['content-type'] ?? '';
  const read = readerOf(mediaTypeOf(contentType), contentType, max);
  const body = await readBody(incoming, maxBodyBytes, ticket);
  const images = await read(body);
  if (images.length < min || images.length > max) throw wrongCount(images.length, { min, max });
  ticket.addImages(images.length);
  return images;
}

/** @throws E_MEDIA_TYPE before a byte of the body is read */
function readerOf(
  type: string,
  contentType: string,
  max: number,
): (body: Buffer) => Promise<SentImage[]> | SentImage[] {
  if (type === 'multipart/form-data') return (body) => readMultipart(body, contentType, max);
  if (type === 'application/json') return (body) => readJsonImages(body, max);
  if (type === 'application/octet-stream' || /^image\/[\w.+-]+$/.test(type))
    return (body) => (body.length === 0 ? [] : [{ bytes: body }]);
  throw new SamesameError('E_MEDIA_TYPE', {
    what: 'the body is of a type that is not read',
    expected: 'multipart/form-data, application/json, image/… or application/octet-stream',
    received: type === '' ? 'no Content-Type' : type.slice(0, 100),
    help: 'curl -F image=@a.jpg sends a form; curl --data-binary @a.jpg -H "Content-Type: image/jpeg" a file',
  });
}

function readJsonImages(body: Buffer, max: number): SentImage[] {
  const { images } = readJson(body, imagesBodySchema);
  // Counted before they are decoded.
  if (images.length > max) throw wrongCount(images.length, { min: 1, max });
  return images.map((image, i) => {
    const name = image.name === undefined ? undefined : toLabel(image.name);
    return 'url' in image ? { url: image.url, name } : { bytes: fromBase64(image.data, i), name };
  });
}

/** @throws E_REQUEST for anything else than base64, which Buffer would pass over in silence */
function fromBase64(text: string, index: number): Uint8Array {
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
  if (isBase64) return Buffer.from(text, 'base64');
  throw new SamesameError('E_REQUEST', {
    what: `images[${index}].data is not base64`,
    expected: 'the bytes of an image file in base64, with + and /, without line breaks and without "data:…,"',
    received: `${text.length} characters that are not`,
    details: { pointer: `/images/${index}/data` },
  });
}

function wrongCount(received: number, { min, max }: ImageCount): SamesameError {
  return new SamesameError(received > max && max > min ? 'E_TOO_LARGE' : 'E_REQUEST', {
    what: received < min ? 'the request has too few images' : 'the request has too many images',
    expected: min === max ? `${min} images` : `${min} to ${max} images`,
    received: String(received),
    help: received < min ? 'add a field image for each: curl -F image=@a.jpg -F image=@b.jpg' : undefined,
  });
}

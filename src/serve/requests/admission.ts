import { SamesameError } from '../../base/errors.ts';
import type { Limits } from '../options.ts';

type AdmissionLimits = Pick<Limits, 'maxRequests' | 'maxQueue' | 'maxHeldBytes'>;

/** What a request that was let in holds of what there is. */
export interface Ticket {
  /** Bytes that it holds from now on. @throws E_BUSY, and then it holds no more than before */
  addBytes(numBytes: number): void;
  /** How many images it holds from now on, in the place of the one that it entered with. @throws E_BUSY */
  addImages(numImages: number): void;
  /** Gives everything back; a second time does nothing. */
  leave(): void;
}

/** Lets requests in as long as there is room: the only queue of the service, and it is bounded. */
export interface Admission {
  /** For a request of one image, until it is known to have more. @throws E_BUSY with `details.retryAfterSeconds` */
  enter(): Ticket;
  /** What `enter` would throw now. */
  readonly refusal: () => SamesameError | undefined;
  readonly held: () => { readonly requests: number; readonly images: number; readonly bytes: number };
}

/** Seconds over which the speed is measured that `Retry-After` is worked out from. */
const SPEED_SECONDS = 10;
const MAX_RETRY_SECONDS = 30;

export function createAdmission(
  { maxRequests, maxQueue, maxHeldBytes }: AdmissionLimits,
  now: () => number = () => performance.now() / 1000,
): Admission {
  const held = { requests: 0, images: 0, bytes: 0 };
  /** Images that were finished in each of the last seconds. */
  const finished = new Map<number, number>();

  function noteFinished(numImages: number): void {
    const second = Math.floor(now());
    finished.set(second, (finished.get(second) ?? 0) + numImages);
    for (const key of finished.keys()) if (key < second - SPEED_SECONDS) finished.delete(key);
  }
  /** Seconds until what is held now will have been finished, at the speed of the last seconds. */
  function retryAfter(): number {
    const second = Math.floor(now());
    let sum = 0;
    for (const [key, count] of finished) if (key >= second - SPEED_SECONDS) sum += count;
    const perSecond = sum / SPEED_SECONDS;
    const seconds = perSecond === 0 ? 1 : Math.ceil(held.images / perSecond);
    return Math.max(1, Math.min(MAX_RETRY_SECONDS, seconds));
  }
  function refuse(what: string, expected: string): SamesameError {
    const retryAfterSeconds = retryAfter();
    return new SamesameError('E_BUSY', {
      what,
      expected,
      help: `ask again in ${retryAfterSeconds} s`,
      details: { retryAfterSeconds },
    });
  }

  function refusal(): SamesameError | undefined {
    if (held.requests >= maxRequests)
      return refuse('too many requests are being worked on', `at most ${maxRequests} at once`);
    if (held.images >= maxQueue) return refuse('too many images are waiting', `at most ${maxQueue} at once`);
    return undefined;
  }

  return {
    refusal,
    enter() {
      const refused = refusal();
      if (refused !== undefined) throw refused;
      held.requests++;
      held.images++;
      const own = { images: 1, bytes: 0, areCounted: false };
      let hasLeft = false;
      return {
        addBytes(numBytes) {
          if (held.bytes + numBytes > maxHeldBytes) {
            throw refuse(
              'the requests being worked on are too large together',
              `at most ${maxHeldBytes} bytes`,
            );
          }
          held.bytes += numBytes;
          own.bytes += numBytes;
        },
        addImages(numImages) {
          const numMore = numImages - own.images;
          if (held.images + numMore > maxQueue)
            throw refuse('too many images are waiting', `at most ${maxQueue} at once`);
          held.images += numMore;
          own.images = numImages;
          own.areCounted = true;
        },
        leave() {
          if (hasLeft) return;
          hasLeft = true;
          held.requests--;
          held.images -= own.images;
          held.bytes -= own.bytes;
          if (own.areCounted) noteFinished(own.images);
        },
      };
    },
    held: () => ({ ...held }),
  };
}

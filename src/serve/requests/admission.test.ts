import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

const busy = expect.objectContaining({ code: 'E_BUSY' });
const thrownBy = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return error as { details: { retryAfterSeconds: number } };
  }
  throw new Error('it did not fail');
};

describe('createAdmission', () => {
  it('counts requests, images and bytes, and gives all of it back once', () => {
    const admission = createAdmission({ maxRequests: 2, maxQueue: 5, maxHeldBytes: 100 });
    const [first, second] = [admission.enter(), admission.enter()];
    expect(thrownBy(admission.enter)).toEqual(busy);
    first.addBytes(60);
    expect(thrownBy(() => second.addBytes(41))).toEqual(busy);
    second.addBytes(40);
    first.addImages(3);
    expect(thrownBy(() => second.addImages(3))).toEqual(busy);
    second.addImages(2);
    expect(admission.refusal()).toEqual(busy);
    expect(admission.held()).toEqual({ requests: 2, images: 5, bytes: 100 });
    first.leave();
    first.leave();
    expect(admission.held()).toEqual({ requests: 1, images: 2, bytes: 40 });
    second.leave();
    expect(admission.held()).toEqual({ requests: 0, images: 0, bytes: 0 });
  });

  it('refuses at the door while the queue is full, or will be by those who are in', () => {
    const admission = createAdmission({ maxRequests: 9, maxQueue: 2, maxHeldBytes: 100 });
    const [first, second] = [admission.enter(), admission.enter()];
    expect(thrownBy(admission.enter)).toEqual(busy);
    first.addImages(1);
    expect(thrownBy(() => second.addImages(2))).toEqual(busy);
    second.leave();
    expect(admission.refusal()).toBeUndefined();
    first.addImages(2);
    expect(thrownBy(admission.enter)).toEqual(busy);
  });

  it('tells when to come back, from the speed of the last seconds', () => {
    let seconds = 1000;
    const admission = createAdmission({ maxRequests: 99, maxQueue: 60, maxHeldBytes: 100 }, () => seconds);
    const tooMany = admission.enter();
    expect(thrownBy(() => tooMany.addImages(99)).details.retryAfterSeconds).toBe(1);
    tooMany.leave();
    for (let i = 0; i < 10; i++) {
      const ticket = admission.enter();
      ticket.addImages(20);
      ticket.leave();
      seconds++;
    }
    // 200 images in ten seconds: 60 of them take three.
    admission.enter().addImages(60);
    expect(thrownBy(admission.enter).details.retryAfterSeconds).toBe(3);
    seconds += 60;
    expect(thrownBy(admission.enter).details.retryAfterSeconds).toBe(1);
  });
});

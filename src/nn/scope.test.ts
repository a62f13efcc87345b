import { describe, expect, it } from 'vitest';
import { denseOracle } from '../../test/oracles.ts';
import { runLayer } from '../../test/run-layer.ts';
import { add } from '../graph/ops/add.ts';
import { input } from '../graph/ops/source.ts';
import { ones, zeros } from './initializers.ts';
import { batchNorm } from './layers/batch-norm.ts';
import { dense } from './layers/dense.ts';
import { dropout } from './layers/dropout.ts';
import { createScope } from './scope.ts';

describe('a scope', () => {
  it('shares the weights of a layer that is applied twice', async () => {
    const layer = dense(5);
    const { x, y, parameters, values } = await runLayer(
      (t, scope) => add(t, layer(layer(t, scope), scope)),
      [2, 5],
    );
    expect(parameters.map(({ name }) => name)).toEqual(['weight', 'bias']);
    const once = denseOracle(x, 2, values.weight, [5, 5], values.bias);
    const twice = denseOracle(once, 2, values.weight, [5, 5], values.bias);
    expect(y).toBeAllClose(
      twice.map((value, i) => value + x[i]),
      { rtol: 1e-4, atol: 1e-5 },
    );
  });

  it('keeps layers of different names apart', () => {
    const { scope, parameters } = createScope({ training: false });
    const x = input('x', 'float32', [2, 3]);
    const collected = createScope({ training: false });
    dense(4)(x, collected.scope.within('left'));
    dense(4)(x, collected.scope.within('right').within('deep'));
    expect(collected.parameters.map(({ name }) => name)).toEqual([
      'left/weight',
      'left/bias',
      'right/deep/weight',
      'right/deep/bias',
    ]);
    expect(parameters).toEqual([]);
    expect(scope.training).toBe(false);
  });

  it('refuses one name for two shapes', () => {
    const { scope } = createScope({ training: true });
    dense(4)(input('x', 'float32', [2, 3]), scope.within('head'));
    expect(() => dense(4)(input('y', 'float32', [2, 7]), scope.within('head'))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE', message: expect.stringContaining('head/weight') }),
    );
  });

  it('lets matrices decay and vectors not, unless told otherwise', () => {
    const collected = createScope({ training: true });
    collected.scope.parameter('weight', [2, 3], zeros);
    collected.scope.parameter('bias', [3], zeros);
    collected.scope.parameter('table', [2, 3], zeros, { decays: false });
    collected.scope.parameter('statistic', [3], ones, { trainable: false });
    expect(collected.parameters.map(({ name, decays, trainable }) => [name, decays, trainable])).toEqual([
      ['weight', true, true],
      ['bias', false, true],
      ['table', false, true],
      ['statistic', false, false],
    ]);
  });

  it('asks for random bits and updates only while training', () => {
    const x = input('x', 'float32', [4, 3]);
    for (const training of [true, false]) {
      const collected = createScope({ training });
      dropout(0.5)(dropout(0.5)(batchNorm()(x, collected.scope), collected.scope), collected.scope);
      expect(collected.randomInputs.map(({ dtype, shape }) => [dtype, shape])).toEqual(
        training
          ? [
              ['int32', [4, 3]],
              ['int32', [4, 3]],
            ]
          : [],
      );
      expect([...collected.updates.keys()].map(({ name }) => name)).toEqual(
        training ? ['mean', 'variance'] : [],
      );
    }
  });
});

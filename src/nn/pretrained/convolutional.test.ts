import { expect, test } from 'vitest';
import {
  efficientNet,
  mobilenetV1,
  mobilenetV2,
  mobilenetV3,
  resnet18,
  resnet50,
  vgg16,
} from '../../../test/convolutional-networks.ts';
import { checkPretrained } from '../../../test/pretrained.ts';

const image = { height: 32, width: 32 };

test.each<[string, () => Uint8Array, string, readonly number[]]>([
  ['MobileNetV1 (tf2onnx)', mobilenetV1, 'features_output_0', [16, 6, 6]],
  ['MobileNetV2 (opset 9)', mobilenetV2, 'features_output_0', [20, 8, 8]],
  ['MobileNetV3 (torchvision)', mobilenetV3, 'features_output_0', [24, 16, 16]],
  ['EfficientNet (Keras)', efficientNet, 'features_output_0', [16, 16, 16]],
  ['ResNet-18, batch norm folded', resnet18, 'features_output_0', [12, 4, 4]],
  ['ResNet-50, grouped, without a head', resnet50, 'last_hidden_state', [16, 4, 4]],
  ['VGG16', vgg16, 'features_output_0', [12]],
])('%s: cut, values and gradients', async (_, write, cut, outputShape) => {
  const network = await checkPretrained(write(), { image });
  expect(network.cut).toBe(cut);
  expect(network.outputShape).toEqual(outputShape);
});

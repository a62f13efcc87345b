// Layers as plain float64 loops. They share no code with src/.

export interface ConvOracle {
  readonly x: ArrayLike<number>;
  /** [N, C, H, W] */
  readonly shape: readonly number[];
  /** [out, C / groups, kH, kW] */
  readonly weight: ArrayLike<number>;
  readonly weightShape: readonly number[];
  readonly bias?: ArrayLike<number>;
  readonly stride?: number;
  /** top, left, bottom, right */
  readonly pads?: readonly number[];
  readonly dilation?: number;
  readonly groups?: number;
}

/** `y[n,o,i,j] = bias[o] + Σ w[o,c,a,b] · x[n, c', i·s + a·d − top, j·s + b·d − left]`, zeros outside. */
export function convOracle(options: ConvOracle): { y: number[]; shape: number[] } {
  const { x, weight, bias, stride = 1, pads = [0, 0, 0, 0], dilation = 1, groups = 1 } = options;
  const [numImages, channels, height, width] = options.shape;
  const [numOut, groupChannels, kernelH, kernelW] = options.weightShape;
  const [top, left, bottom, right] = pads;
  const outH = Math.floor((height + top + bottom - ((kernelH - 1) * dilation + 1)) / stride) + 1;
  const outW = Math.floor((width + left + right - ((kernelW - 1) * dilation + 1)) / stride) + 1;
  const y: number[] = [];
  for (let n = 0; n < numImages; n++) {
    for (let o = 0; o < numOut; o++) {
      const group = Math.floor(o / (numOut / groups));
      for (let i = 0; i < outH; i++) {
        for (let j = 0; j < outW; j++) {
          let sum = bias?.[o] ?? 0;
          for (let c = 0; c < groupChannels; c++) {
            for (let a = 0; a < kernelH; a++) {
              for (let b = 0; b < kernelW; b++) {
                const row = i * stride + a * dilation - top;
                const column = j * stride + b * dilation - left;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const plane = n * channels + group * groupChannels + c;
                sum +=
                  weight[((o * groupChannels + c) * kernelH + a) * kernelW + b] *
                  x[(plane * height + row) * width + column];
              }
            }
          }
          y.push(sum);
        }
      }
    }
  }
  return { y, shape: [numImages, numOut, outH, outW] };
}

/** Each window's values, for pooling: windows of `size` at steps of `stride`, clipped at the border. */
export function windowsOf(
  x: ArrayLike<number>,
  [numImages, channels, height, width]: readonly number[],
  size: number,
  stride: number,
  [top, left, outH, outW]: readonly number[],
): number[][] {
  const windows: number[][] = [];
  for (let plane = 0; plane < numImages * channels; plane++) {
    for (let i = 0; i < outH; i++) {
      for (let j = 0; j < outW; j++) {
        const values: number[] = [];
        for (let a = i * stride - top; a < i * stride - top + size; a++) {
          for (let b = j * stride - left; b < j * stride - left + size; b++) {
            if (a >= 0 && a < height && b >= 0 && b < width) values.push(x[(plane * height + a) * width + b]);
          }
        }
        windows.push(values);
      }
    }
  }
  return windows;
}

/** `y[n,j] = bias[j] + Σ x[n,i] · w[i,j]`. */
export function denseOracle(
  x: ArrayLike<number>,
  numRows: number,
  weight: ArrayLike<number>,
  [numIn, numOut]: readonly number[],
  bias?: ArrayLike<number>,
): number[] {
  const y: number[] = [];
  for (let n = 0; n < numRows; n++) {
    for (let j = 0; j < numOut; j++) {
      let sum = bias?.[j] ?? 0;
      for (let i = 0; i < numIn; i++) sum += x[n * numIn + i] * weight[i * numOut + j];
      y.push(sum);
    }
  }
  return y;
}

/** Mean and mean squared deviation of each channel of `[N, C, S]`. */
export function channelStatistics(
  x: ArrayLike<number>,
  [numImages, channels, size]: readonly number[],
): { mean: number[]; variance: number[] } {
  const mean = new Array(channels).fill(0);
  const variance = new Array(channels).fill(0);
  const count = numImages * size;
  for (let c = 0; c < channels; c++) {
    for (let n = 0; n < numImages; n++)
      for (let s = 0; s < size; s++) mean[c] += x[(n * channels + c) * size + s] / count;
    for (let n = 0; n < numImages; n++)
      for (let s = 0; s < size; s++) variance[c] += (x[(n * channels + c) * size + s] - mean[c]) ** 2 / count;
  }
  return { mean, variance };
}

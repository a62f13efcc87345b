// The engine by itself, without images: describe a function with symbolic tensors, take its gradients, compile both to
// one ONNX graph, and run it. Here a line is fitted to points of y = 2 a − 3 b + 0.5.
//
//   node examples/gradients.mjs
import {
  add,
  compile,
  createRuntime,
  gradients,
  input,
  matmul,
  multiply,
  reduceMean,
  square,
  subtract,
} from 'samesame/graph';

const NUM_POINTS = 64;
const LEARNING_RATE = 0.3;

// The function: nothing is computed yet, these are tensors with a shape and no numbers.
const x = input('x', 'float32', [NUM_POINTS, 2]);
const y = input('y', 'float32', [NUM_POINTS, 1]);
const weight = input('weight', 'float32', [2, 1]);
const bias = input('bias', 'float32', [1]);
const loss = reduceMean(square(subtract(add(matmul(x, weight), bias), y)));

// Its gradients are tensors too, and so is a step downhill: parameter − rate · ∂loss/∂parameter.
const [weightGradient, biasGradient] = gradients(loss, [weight, bias]);
const graph = compile({
  loss,
  nextWeight: subtract(weight, multiply(weightGradient, LEARNING_RATE)),
  nextBias: subtract(bias, multiply(biasGradient, LEARNING_RATE)),
});

const runtime = createRuntime();
const program = await runtime.load(graph.bytes, { purpose: 'training' });
const points = Float32Array.from({ length: NUM_POINTS * 2 }, (_, i) => Math.sin(1.7 * i * i));
const values = Float32Array.from(
  { length: NUM_POINTS },
  (_, i) => 2 * points[2 * i] - 3 * points[2 * i + 1] + 0.5,
);
const data = {
  x: runtime.tensor('float32', points, [NUM_POINTS, 2]),
  y: runtime.tensor('float32', values, [NUM_POINTS, 1]),
};
let state = {
  weight: runtime.tensor('float32', new Float32Array(2), [2, 1]),
  bias: runtime.tensor('float32', new Float32Array(1), [1]),
};
for (let step = 0; step <= 50; step++) {
  const result = await program.run({ ...data, ...state });
  if (step % 10 === 0) console.log(`step ${step}: loss ${result.loss.data[0].toExponential(3)}`);
  state = { weight: result.nextWeight, bias: result.nextBias };
}
const [a, b, c] = [...state.weight.data, ...state.bias.data].map((value) => value.toFixed(3));
console.log(`y = ${a} a + ${b} b + ${c}`);
await program.close();

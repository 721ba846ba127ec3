import { Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { encodeOnnx, type OnnxGraph } from "./onnx-file.ts";
import { openSession } from "./onnx-session.ts";

const vector = (name: string, size: number | string) => ({ name, type: "float32", shape: [size] }) as const;

test("constants, attributes of every kind and free dimensions mean to the runtime what they mean to us", async () => {
  const graph: OnnxGraph = {
    name: "pad",
    inputs: [vector("x", "n")],
    outputs: [vector("y", "m")],
    initializers: [
      {
        name: "weight",
        type: "float32",
        shape: [1],
        bytes: new Uint8Array(Float32Array.of(3).buffer),
      },
      {
        name: "pads",
        type: "int64",
        shape: [2],
        bytes: new Uint8Array(BigInt64Array.of(0n, 1n).buffer),
      },
    ],
    nodes: [
      { op: "Mul", inputs: ["x", "weight"], outputs: ["scaled"] },
      {
        op: "LeakyRelu",
        inputs: ["scaled"],
        outputs: ["bent"],
        attributes: { alpha: { kind: "float", value: 0.5 } },
      },
      {
        op: "Pad",
        inputs: ["bent", "pads"],
        outputs: ["padded"],
        attributes: { mode: { kind: "string", value: "edge" } },
      },
      {
        op: "Constant",
        inputs: [],
        outputs: ["shift"],
        attributes: { value_floats: { kind: "floats", value: [1] } },
      },
      { op: "Add", inputs: ["padded", "shift"], outputs: ["moved"] },
      {
        op: "Transpose",
        inputs: ["moved"],
        outputs: ["y"],
        attributes: { perm: { kind: "ints", value: [0] } },
      },
    ],
  };
  const session = await openSession(graph);
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(2, -2), [2]) });
  expect(y!.data).toEqual(Float32Array.of(7, -2, -2));
});

test("the bytes of a one-node model are the standard's, field by field", () => {
  const bytes = encodeOnnx({
    name: "g",
    inputs: [vector("x", 2)],
    outputs: [vector("y", "n")],
    nodes: [{ op: "Elu", inputs: ["x"], outputs: ["y"], attributes: { a: { kind: "int", value: 1 } } }],
  });
  expect(Buffer.from(bytes).toString("hex")).toBe(
    [
      "0809", // ir_version = 9
      "1207696e6b6c696e67", // producer_name = "inkling"
      "3a3d", // graph, 61 bytes
      ...["0a15", "0a0178", "120179", "2203456c75"], // node: input x, output y, op_type Elu
      ...["2a08", "0a0161", "1801", "a00102"], // attribute: name a, i = 1, type = INT
      "120167", // name = "g"
      ...["5a0f", "0a0178", "120a", "0a08", "0801", "1204", "0a02", "0802"], // input x: float, shape [2]
      ...["6210", "0a0179", "120b", "0a09", "0801", "1205", "0a03", "12016e"], // output y: float, shape [n]
      "42021012", // opset_import: version 18
    ].join(""),
  );
});

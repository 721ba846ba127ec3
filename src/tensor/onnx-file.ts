import protobuf from "protobufjs/light.js";

/**
 * @file Writes ONNX model files: a graph in plain data goes in, protobuf bytes that every ONNX runtime reads come out. Only
 * the messages we emit are described, with the field numbers of the standard (onnx/onnx.proto3, IR version 9); numbers are
 * the format, names are ours to spell in camelCase.
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const message = ModelProto.fromObject({
    irVersion: 9,
    producerName: "inkling",
    opsetImport: [{ domain: "", version: 18 }],
    graph: {
      name: graph.name,
      node: graph.nodes.map(describeNode),
      initializer: (graph.initializers ?? []).map(describeTensor),
      input: graph.inputs.map(describeValue),
      output: graph.outputs.map(describeValue),
    },
  });
  return ModelProto.encode(message).finish();
}

/** A computation: nodes in an order in which every input is already known. Opset 18. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  /** Constants, such as learned weights. */
  readonly initializers?: readonly OnnxTensor[];
}

/** Name, type and shape of what flows along an edge; a dimension given as text is free, equal texts are equal sizes. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly (number | string)[];
}

/** One operator; an input named "" is left out. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly number[] };

/** A constant: little-endian bytes of the row-major elements. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export type OnnxElementType = keyof typeof elementTypes;

/** TensorProto.DataType. */
const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

export const elementTypeNames: readonly string[] = Object.keys(elementTypes);

export function isElementType(name: string): name is OnnxElementType {
  return elementTypeNames.includes(name);
}

/** AttributeProto.AttributeType, and the field that holds the value. */
const attributeKinds = {
  float: { type: 1, field: "f" },
  int: { type: 2, field: "i" },
  string: { type: 3, field: "s" },
  floats: { type: 6, field: "floats" },
  ints: { type: 7, field: "ints" },
} as const;

function describeNode(node: OnnxNode): object {
  return {
    opType: node.op,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes ?? {}).map(([name, attribute]) => {
      const { type, field } = attributeKinds[attribute.kind];
      const value = attribute.kind === "string" ? new TextEncoder().encode(attribute.value) : attribute.value;
      return { name, type, [field]: value };
    }),
  };
}

function describeTensor(tensor: OnnxTensor): object {
  return {
    name: tensor.name,
    dataType: elementTypes[tensor.type],
    dims: tensor.shape,
    rawData: tensor.bytes,
  };
}

function describeValue(value: OnnxValue): object {
  const dim = value.shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: elementTypes[value.type], shape: { dim } } } };
}

const ModelProto = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: "int64", id: 1 },
        producerName: { type: "string", id: 2 },
        graph: { type: "GraphProto", id: 7 },
        opsetImport: { rule: "repeated", type: "OperatorSetIdProto", id: 8 },
      },
    },
    OperatorSetIdProto: {
      fields: { domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } },
    },
    GraphProto: {
      fields: {
        node: { rule: "repeated", type: "NodeProto", id: 1 },
        name: { type: "string", id: 2 },
        initializer: { rule: "repeated", type: "TensorProto", id: 5 },
        input: { rule: "repeated", type: "ValueInfoProto", id: 11 },
        output: { rule: "repeated", type: "ValueInfoProto", id: 12 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: "repeated", type: "string", id: 1 },
        output: { rule: "repeated", type: "string", id: 2 },
        opType: { type: "string", id: 4 },
        attribute: { rule: "repeated", type: "AttributeProto", id: 5 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: "string", id: 1 },
        f: { type: "float", id: 2 },
        i: { type: "int64", id: 3 },
        s: { type: "bytes", id: 4 },
        floats: { rule: "repeated", type: "float", id: 7 },
        ints: { rule: "repeated", type: "int64", id: 8 },
        type: { type: "int32", id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: "repeated", type: "int64", id: 1 },
        dataType: { type: "int32", id: 2 },
        name: { type: "string", id: 8 },
        rawData: { type: "bytes", id: 9 },
      },
    },
    ValueInfoProto: {
      fields: { name: { type: "string", id: 1 }, type: { type: "TypeProto", id: 2 } },
    },
    TypeProto: {
      fields: { tensorType: { type: "TensorTypeProto", id: 1 } },
    },
    TensorTypeProto: {
      fields: { elemType: { type: "int32", id: 1 }, shape: { type: "TensorShapeProto", id: 2 } },
    },
    TensorShapeProto: {
      fields: { dim: { rule: "repeated", type: "DimensionProto", id: 1 } },
    },
    DimensionProto: {
      fields: { dimValue: { type: "int64", id: 1 }, dimParam: { type: "string", id: 2 } },
    },
  },
}).lookupType("ModelProto");

import { sizeCanvas } from "../canvas-size.ts";
import { scaleOf } from "./camera.ts";
import type { Layer, PointPainter, Points } from "./point-painter.ts";

const COLORS = 16;

const VERTEX = `#version 300 es
in float x;
in float y;
in float color;
uniform vec2 middle;
uniform vec2 scale;
uniform float diameter;
uniform vec3 colors[${COLORS}];
out vec3 painted;
void main() {
  gl_Position = vec4((vec2(x, y) - middle) * scale, 0.0, 1.0);
  gl_PointSize = diameter;
  painted = colors[int(color)];
}`;

/** A disc with a soft edge of one pixel; colours are premultiplied by how much of a pixel is covered. */
const FRAGMENT = `#version 300 es
precision highp float;
in vec3 painted;
uniform float alpha;
uniform float diameter;
out vec4 pixel;
void main() {
  float fromMiddle = length(gl_PointCoord - 0.5) * diameter;
  float covered = alpha * clamp(diameter * 0.5 - fromMiddle + 0.5, 0.0, 1.0);
  pixel = vec4(painted * covered, covered);
}`;

/** By the graphics processor: the points go there once, and a movement of the camera is two numbers. `undefined` where there is none but software. */
export function webglPainter(canvas: HTMLCanvasElement): PointPainter | undefined {
  const gl = canvas.getContext("webgl2", {
    antialias: false,
    failIfMajorPerformanceCaveat: true, // software that stands in for it takes longer than pixels painted one by one
    preserveDrawingBuffer: true, // so that it can be saved as a picture
  });
  const program = gl && !isSoftware(gl) && programOf(gl);
  if (!gl || !program) return undefined;
  const place = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const [middle, scale, diameter, alpha] = ["middle", "scale", "diameter", "alpha"].map(place);
  const palette = place("colors");
  const arrays = new Map<Points, WebGLVertexArrayObject>();
  // biome-ignore lint/correctness/useHookAtTopLevel: no hook of React
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);

  const draw = ({ points, paint }: Layer, ratio: number): void => {
    if (points.xs.length === 0) return;
    const array = arrays.get(points) ?? upload(gl, program, points);
    arrays.set(points, array);
    gl.bindVertexArray(array);
    gl.uniform1f(diameter!, paint.diameter * ratio);
    gl.uniform1f(alpha!, paint.alpha);
    gl.uniform3fv(palette, Float32Array.from(paint.colors.slice(0, COLORS).flat()));
    gl.drawArrays(gl.POINTS, 0, points.xs.length);
  };
  return {
    kind: "webgl",
    paint(layers, { camera, size, ratio }) {
      sizeCanvas(canvas, size, ratio);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      const pixels = scaleOf(camera, size);
      gl.uniform2f(middle!, camera.x, camera.y);
      gl.uniform2f(scale!, (2 * pixels) / size.width, (2 * pixels) / size.height);
      for (const points of arrays.keys()) if (!layers.some((layer) => layer.points === points)) drop(points);
      for (const layer of layers) draw(layer, ratio);
    },
    dispose() {
      for (const points of arrays.keys()) drop(points);
      gl.deleteProgram(program);
    },
  };

  function drop(points: Points): void {
    gl?.deleteVertexArray(arrays.get(points)!);
    arrays.delete(points);
  }
}

/** Browsers that were told to use it do not count it as slow. */
function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : undefined;
}

function upload(gl: WebGL2RenderingContext, program: WebGLProgram, points: Points): WebGLVertexArrayObject {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  for (const [name, values, type] of [
    ["x", points.xs, gl.FLOAT],
    ["y", points.ys, gl.FLOAT],
    ["color", points.colors, gl.UNSIGNED_BYTE],
  ] as const) {
    const location = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 1, type, false, 0, 0);
  }
  return array;
}

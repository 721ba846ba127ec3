/** @file What is on the screen as files. */

/** Rows as CSV (RFC 4180); a cell that a spreadsheet would run as a formula is told to be text. */
export function toCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string => {
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function saveText(name: string, text: string): void {
  save(name, new Blob([text], { type: "text/csv;charset=utf-8" }));
}

/** The drawing, what lies over it last, on the page's background, for a canvas has none of its own. */
export function saveCanvas(name: string, layers: readonly HTMLCanvasElement[], background: string): void {
  const [first] = layers;
  if (!first) return;
  const copy = document.createElement("canvas");
  copy.width = first.width;
  copy.height = first.height;
  const context = copy.getContext("2d");
  if (!context) return;
  context.fillStyle = background;
  context.fillRect(0, 0, copy.width, copy.height);
  for (const layer of layers) context.drawImage(layer, 0, 0);
  copy.toBlob((blob) => blob && save(name, blob));
}

function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A drawing of vectors as a picture; its colours must be written in it, for a picture has no style sheet. */
export async function saveSvg(name: string, svg: SVGSVGElement, background: string): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement; // what cloneNode says of every node
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(2 * width));
  copy.setAttribute("height", String(2 * height));
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(copy.outerHTML)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  saveCanvas(name, [canvas], background);
}

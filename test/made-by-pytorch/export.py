"""Makes encoder.onnx, encoder.json and items.txt: what a team that trains with PyTorch brings along.

    python test/made-by-pytorch/export.py        (PyTorch 2.15 with onnxscript; the files in the repository are its output)

A SASRec of one block with random weights. Histories are padded at the start with row 0; the graph works out masks and positions
from that, and gives the vectors of the items away as a second output.
"""
import hashlib
import json
import math
from pathlib import Path

import onnx
import torch

ITEMS, D, T = 12, 8, 6


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.items = torch.nn.Embedding(1 + ITEMS, D, padding_idx=0)
        self.positions = torch.nn.Parameter(torch.randn(T, D))
        self.qkv = torch.nn.Linear(D, 3 * D)
        self.inner = torch.nn.Linear(D, 4 * D)
        self.outer = torch.nn.Linear(4 * D, D)
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(D) for _ in range(3))
        self.register_buffer("future", torch.triu(torch.ones(T, T), diagonal=1) > 0)

    def forward(self, items):  # (B, T), oldest first
        x = self.items(items) + self.positions
        hidden = self.future | (items == 0).unsqueeze(1)  # (B, T, T)
        hidden = hidden & ~torch.eye(T, dtype=torch.bool)  # padding sees itself, so that no row is empty
        q, k, v = self.qkv(self.norms[0](x)).chunk(3, dim=-1)
        scores = (q @ k.transpose(1, 2) / math.sqrt(D)).masked_fill(hidden, float("-inf"))
        x = x + torch.softmax(scores, dim=-1) @ v
        x = x + self.outer(torch.nn.functional.gelu(self.inner(self.norms[1](x))))
        return self.norms[2](x)[:, -1], self.items.weight.clone()


torch.manual_seed(7)
folder = Path(__file__).parent
model = Encoder().eval()
ids = [f"item-{n}" for n in range(1, ITEMS + 1)]
histories = [[1, 2, 3, 4, 5, 6], [7], [12, 3, 9]]
padded = torch.tensor([[0] * (T - len(rows)) + rows for rows in histories])
with torch.no_grad():
    vectors, _ = model(padded)
torch.onnx.export(
    model,
    (padded,),
    str(folder / "encoder.onnx"),
    input_names=["items"],
    output_names=["user", "item_vectors"],
    dynamic_shapes={"items": {0: torch.export.Dim("batch")}},
    opset_version=18,
    external_data=False,
)
made = onnx.load(folder / "encoder.onnx")
graph = made.graph
for part in [made, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer]:
    del part.metadata_props[:]  # stack traces, with paths of the machine
onnx.save(made, folder / "encoder.onnx")
text = "".join(f"{item}\n" for item in ids)
(folder / "items.txt").write_text(text)
card = {
    "format": 1,
    "input": "items",
    "output": "user",
    "itemOutput": "item_vectors",
    "padding": {"side": "start", "row": 0},
    "maxLength": T,
    "firstItemRow": 1,
    "vocabularySha256": hashlib.sha256(text.encode()).hexdigest(),
    "tolerance": 1e-5,
    "samples": [
        {"items": [ids[row - 1] for row in rows], "vector": [round(float(x), 7) for x in vector]}
        for rows, vector in zip(histories, vectors)
    ],
}
(folder / "encoder.json").write_text(json.dumps(card, indent=2) + "\n")

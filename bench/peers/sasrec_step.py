"""The training step of bench/training.bench.ts in PyTorch: the same network, weights and batches, read from a safetensors file.

Usage: sasrec_step.py FILE THREADS. Commands come as lines on standard input, answers leave as JSON lines:
  losses N   losses of the first N steps without dropout, from the file's weights
  steps N    seconds and processor seconds of N more steps with dropout
"""

import json
import math
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    types = {"F32": np.float32, "I32": np.int32}
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[start:end], types[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, metadata


class Encoder(torch.nn.Module):
    """SASRec with normalisation before each part; parameters have the names of the file."""

    def __init__(self, weights, blocks, dropout):
        super().__init__()
        self.names = {name: name.replace(".", "_") for name in weights}
        for name, value in weights.items():
            self.register_parameter(self.names[name], torch.nn.Parameter(value.clone()))
        self.blocks, self.rate = blocks, dropout

    def weight(self, name):
        return getattr(self, self.names[name])

    def drop(self, x):
        return F.dropout(x, self.rate, self.training)

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weight(f"{name}.gain"), self.weight(f"{name}.shift"), 1e-6)

    def dense(self, x, name):
        return F.linear(x, self.weight(f"{name}.weight").T, self.weight(f"{name}.bias"))

    def forward(self, items, predicted, targets):
        table = self.weight("items.embedding")
        size = table.shape[1]
        x = F.embedding(items, table) * math.sqrt(size) + self.weight("positions.embedding")[: items.shape[1]]
        x = self.drop(x)
        for block in range(self.blocks):
            parts = self.dense(self.norm(x, f"block{block}.norm1"), f"block{block}.attention.in").split(size, -1)
            query, key, value = (part.unsqueeze(1) for part in parts)
            rate = self.rate if self.training else 0.0
            attended = F.scaled_dot_product_attention(query, key, value, dropout_p=rate, is_causal=True).squeeze(1)
            x = x + self.drop(self.dense(attended, f"block{block}.attention.out"))
            inner = self.drop(F.relu(self.dense(self.norm(x, f"block{block}.norm2"), f"block{block}.inner")))
            x = x + self.drop(self.dense(inner, f"block{block}.outer"))
        hidden = self.norm(x, "norm").reshape(-1, size)[predicted]
        return F.cross_entropy(hidden @ table.T, targets)


class Run:
    def __init__(self, weights, batches, metadata, training):
        self.model = Encoder(weights, int(metadata["blocks"]), float(metadata["dropout"])).train(training)
        self.batches, self.step = batches, 0
        rate = float(metadata["learningRate"])
        self.optimizer = torch.optim.AdamW(self.model.parameters(), rate, weight_decay=0.0, fused=True)

    def learn(self):
        batch = self.batches[self.step % len(self.batches)]
        self.step += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.model(*batch)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main(path, threads):
    if threads:
        torch.set_num_threads(threads)
    tensors, metadata = read_safetensors(path)
    weights = {name[len("weight.") :]: value for name, value in tensors.items() if name.startswith("weight.")}
    batches = [
        tuple(tensors[f"batch{n}.{part}"].long() for part in ("items", "predicted", "targets"))
        for n in range(int(metadata["batches"]))
    ]
    run = Run(weights, batches, metadata, training=True)
    answer = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps(answer), flush=True)
    for line in sys.stdin:
        command, count = line.split()
        if command == "losses":
            check = Run(weights, batches, metadata, training=False)
            answer = {"losses": [check.learn() for _ in range(int(count))]}
        else:
            started, cpu = time.perf_counter(), time.process_time()
            for _ in range(int(count)):
                run.learn()
            answer = {"seconds": time.perf_counter() - started, "cpuSeconds": time.process_time() - cpu}
        print(json.dumps(answer), flush=True)


main(sys.argv[1], int(sys.argv[2]))

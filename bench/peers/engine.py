"""Training steps and networks in PyTorch, the peer of bench/engine.ts: same layers, losses, optimizer and array sizes.

Arguments: one JSON object {"work": "segmenter step" | "segmenter forward" | "generator forward", "threads", sizes}.
The segmenter is src/nn/networks/unet.ts with a narrow decoder, after Ronneberger, Fischer & Brox, MICCAI 2015.
"""

import json
import sys

from contender import contend, say

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    say(absent=f"{sys.executable} has no PyTorch ({error}). Set FANTASCOPE_BENCH_PYTHON to a Python that has.")
    sys.exit()

from cyclegan import resnet_generator


def unit(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True))


class Unet(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        before = [1, *channels[:-1]]
        self.down = nn.ModuleList(nn.Sequential(unit(i, k), unit(k, k)) for i, k in zip(before, channels))
        ups, width = [], channels[-1]
        for level in reversed(range(len(channels) - 1)):
            narrow = channels[max(level - 1, 0)]
            ups.append(unit(width + channels[level], narrow))
            width = narrow
        self.up = nn.ModuleList(ups)
        self.out = nn.Conv2d(width, outputs, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        for block, skip in zip(self.up, reversed(skips[:-1])):
            x = block(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), skip], 1))
        return self.out(x)


def segmenter_step(channels, outputs, batch, size):
    model = Unet(channels, outputs)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-2)
    image, maps = torch.rand(batch, 1, size, size), torch.rand(batch, outputs, size, size)

    def step():
        logits = model(image)
        loss = 2 * F.binary_cross_entropy_with_logits(logits[:, :2], maps[:, :2])
        loss = loss + 2 * F.l1_loss(torch.sigmoid(logits[:, 2:]), maps[:, 2:])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return model, step


def forward(model, x):
    model.eval()

    def run():
        with torch.inference_mode():
            model(x)

    return model, run


def main(work, threads, batch, size, channels=None, outputs=None, simChannels=None, realChannels=None, generator=None):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if work == "segmenter step":
        model, run = segmenter_step(channels, outputs, batch, size)
    elif work == "segmenter forward":
        model, run = forward(Unet(channels, outputs), torch.rand(batch, 1, size, size))
    else:
        model, run = forward(resnet_generator(simChannels, realChannels, **generator), torch.rand(batch, simChannels, size, size))
    contend("PyTorch", torch.__version__, f"{sum(p.numel() for p in model.parameters())} parameters", run)


main(**json.loads(sys.argv[1]))

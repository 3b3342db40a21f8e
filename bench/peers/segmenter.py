"""The U-Net of src/nn/networks/unet.ts with a narrow decoder in PyTorch, for bench/engine.ts.

After Ronneberger, Fischer & Brox, MICCAI 2015.
"""

import torch
from torch import nn
from torch.nn import functional as F


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

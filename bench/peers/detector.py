"""The detector of src/nn/networks/yolo-nano.ts in PyTorch, for bench/engine.ts; the papers are named there."""

import torch
from torch import nn
from torch.nn import functional as F


def unit(before, after, kernel=1, stride=1):
    conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), nn.SiLU(inplace=True))


class CrossStage(nn.Module):
    def __init__(self, before, after, depth, residual):
        super().__init__()
        half, self.residual = after // 2, residual
        self.enter, self.leave = unit(before, after), unit((2 + depth) * half, after)
        self.pairs = nn.ModuleList(nn.Sequential(unit(half, half, 3), unit(half, half, 3)) for _ in range(depth))

    def forward(self, x):
        parts = list(self.enter(x).chunk(2, 1))
        for pair in self.pairs:
            y = pair(parts[-1])
            parts.append(parts[-1] + y if self.residual else y)
        return self.leave(torch.cat(parts, 1))


class PyramidPooling(nn.Module):
    """Windows of 5, 9 and 13 as three windows of 5 in a row."""

    def __init__(self, channels):
        super().__init__()
        self.enter, self.leave = unit(channels, channels // 2), unit(2 * channels, channels)

    def forward(self, x):
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(F.max_pool2d(parts[-1], 5, stride=1, padding=2))
        return self.leave(torch.cat(parts, 1))


class Detector(nn.Module):
    def __init__(self, channels, depths, neck, bins, box, category):
        super().__init__()
        c2, c4, c8, c16, c32 = channels
        self.stem = unit(3, c2, 3, 2)
        stage = lambda before, after, depth: nn.Sequential(unit(before, after, 3, 2), CrossStage(after, after, depth, True))
        self.stages = nn.ModuleList(map(stage, channels, channels[1:], depths))
        self.pooling = PyramidPooling(c32)
        self.down16, self.at8 = CrossStage(c32 + c16, c16, neck, False), CrossStage(c16 + c8, c8, neck, False)
        self.halve8, self.at16 = unit(c8, c8, 3, 2), CrossStage(c8 + c16, c16, neck, False)
        self.halve16, self.at32 = unit(c16, c16, 3, 2), CrossStage(c16 + c32, c32, neck, False)
        branch = lambda before, width, outputs: nn.Sequential(unit(before, width, 3), unit(width, width, 3), nn.Conv2d(width, outputs, 1))
        self.boxes = nn.ModuleList(branch(width, box, 4 * bins) for width in (c8, c16, c32))
        self.classes = nn.ModuleList(branch(width, category, 1) for width in (c8, c16, c32))

    def forward(self, x):
        fine = self.stages[1](self.stages[0](self.stem(x)))
        middle = self.stages[2](fine)
        coarse = self.pooling(self.stages[3](middle))
        double = lambda y: F.interpolate(y, scale_factor=2, mode="nearest")
        down16 = self.down16(torch.cat([double(coarse), middle], 1))
        at8 = self.at8(torch.cat([double(down16), fine], 1))
        at16 = self.at16(torch.cat([self.halve8(at8), down16], 1))
        at32 = self.at32(torch.cat([self.halve16(at16), coarse], 1))
        return [(boxes(y), classes(y)) for y, boxes, classes in zip((at8, at16, at32), self.boxes, self.classes)]

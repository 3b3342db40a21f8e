"""EfficientNet in PyTorch for bench/engine.ts, layer by layer as torchvision's efficientnet_b0, without anything dropped.

After Tan & Le, ICML 2019, table 1; it needs no torchvision.
"""

from torch import nn


def unit(before, after, kernel=1, stride=1, groups=1, activation=True):
    conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), *([nn.SiLU(inplace=True)] if activation else []))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        squeeze, excite = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)
        self.weigh = nn.Sequential(nn.AdaptiveAvgPool2d(1), squeeze, nn.SiLU(inplace=True), excite, nn.Sigmoid())

    def forward(self, x):
        return self.weigh(x) * x


class InvertedResidual(nn.Module):
    def __init__(self, before, after, expansion, kernel, stride):
        super().__init__()
        wide = before * expansion
        self.adds = stride == 1 and before == after
        self.block = nn.Sequential(
            *([unit(before, wide)] if expansion > 1 else []),
            unit(wide, wide, kernel, stride, groups=wide),
            SqueezeExcitation(wide, before // 4),
            unit(wide, after, activation=False),
        )

    def forward(self, x):
        return self.block(x) + x if self.adds else self.block(x)


def efficient_net(stem, stages, head):
    layers, width = [unit(3, stem, 3, 2)], stem
    for stage in stages:
        for block in range(stage["blocks"]):
            stride = stage["stride"] if block == 0 else 1
            layers.append(InvertedResidual(width, stage["channels"], stage["expansion"], stage["kernel"], stride))
            width = stage["channels"]
    return nn.Sequential(*layers, unit(width, head), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(head, 1))

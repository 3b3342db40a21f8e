"""The denoising U-Net of src/nn/networks/diffusion-unet.ts in PyTorch, times added in each block, for bench/engine.ts.

After github.com/openai/improved-diffusion, improved_diffusion/unet.py, with PyTorch's own attention; the way up joins what the residual
blocks gave.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    def __init__(self, before, after, time, groups):
        super().__init__()
        self.enter = nn.Sequential(nn.GroupNorm(groups, before), nn.SiLU(), nn.Conv2d(before, after, 3, padding=1))
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time, after))
        self.leave = nn.Sequential(nn.GroupNorm(groups, after), nn.SiLU(), nn.Conv2d(after, after, 3, padding=1))
        self.skip = nn.Identity() if before == after else nn.Conv2d(before, after, 1)

    def forward(self, x, time):
        return self.skip(x) + self.leave(self.enter(x) + self.time(time)[..., None, None])


class Attention(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(32, channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        parts = self.qkv(self.norm(x)).reshape(n, self.heads, 3, c // self.heads, h * w).transpose(-1, -2)  # [N, heads, 3, HW, C/heads]
        y = F.scaled_dot_product_attention(*parts.unbind(2))
        return x + self.out(y.transpose(-1, -2).reshape(n, c, h, w))


class Unit(nn.Module):
    """A residual block, with attention behind it at some levels."""

    def __init__(self, block, attention):
        super().__init__()
        self.block, self.attention = block, attention

    def forward(self, x, time):
        return self.attention(self.block(x, time))


class Denoiser(nn.Module):
    def __init__(self, baseChannels, multipliers, blocks, attentionLevels, heads, groups):
        super().__init__()
        base = self.base = baseChannels
        self.time = nn.Sequential(nn.Linear(base, 4 * base), nn.SiLU(), nn.Linear(4 * base, 4 * base))
        self.enter = nn.Conv2d(1, base, 3, padding=1)

        def unit(before, level):
            width = base * multipliers[level]
            attention = Attention(width, heads) if level in attentionLevels else nn.Identity()
            return Unit(ResidualBlock(before, width, 4 * base, groups), attention)

        width, skips, self.down, self.up = base, [], nn.ModuleList(), nn.ModuleList()
        for level, multiplier in enumerate(multipliers):
            for _ in range(blocks):
                self.down.append(unit(width, level))
                width = base * multiplier
                skips.append(width)
            if level < len(multipliers) - 1:
                self.down.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
        self.middle1 = Unit(ResidualBlock(width, width, 4 * base, groups), Attention(width, heads))
        self.middle2 = ResidualBlock(width, width, 4 * base, groups)
        for level, multiplier in reversed(list(enumerate(multipliers))):
            for _ in range(blocks):
                self.up.append(unit(width + skips.pop(), level))
                width = base * multiplier
            if level > 0:
                self.up.append(nn.Conv2d(width, width, 3, padding=1))
        self.leave = nn.Sequential(nn.GroupNorm(groups, width), nn.SiLU(), nn.Conv2d(width, 1, 3, padding=1))
        frequencies = torch.exp(-math.log(10000) * torch.arange(base // 2) / (base // 2))
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, xt, t):
        angles = t[:, None] * self.frequencies
        time = self.time(torch.cat([angles.cos(), angles.sin()], 1))
        x, skips = self.enter(xt), []
        for layer in self.down:
            if isinstance(layer, Unit):
                x = layer(x, time)
                skips.append(x)
            else:
                x = layer(x)
        x = self.middle2(self.middle1(x, time), time)
        for layer in self.up:
            if isinstance(layer, Unit):
                x = layer(torch.cat([x, skips.pop()], 1), time)
            else:
                x = layer(F.interpolate(x, scale_factor=2, mode="nearest"))
        return self.leave(x)

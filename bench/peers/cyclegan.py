"""One CycleGAN training step in PyTorch, the peer of bench/cyclegan.ts: same networks, losses, optimizer and array sizes.

Arguments: one JSON object {"size", "batch", "simChannels", "realChannels", "generator": {...}, "discriminator": {...}, "keep", "threads",
"compiled": whether to use torch.compile}.
Networks after github.com/junyanz/pytorch-CycleGAN-and-pix2pix, models/networks.py.
"""

import json
import math
import sys

from contender import say

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    say(absent=f"{sys.executable} has no PyTorch ({error}). Set FANTASCOPE_BENCH_PYTHON to a Python that has.")
    sys.exit()

from compilation import contend_prepared, prepared


def normalisation(kind, channels):
    return nn.InstanceNorm2d(channels) if kind == "instance" else nn.GroupNorm(max(g for g in range(1, 9) if channels % g == 0), channels)


def upsampling(kind, wide, narrow):
    if kind == "transposed":
        return [nn.ConvTranspose2d(wide, narrow, 3, stride=2, padding=1, output_padding=1)]
    return [nn.Upsample(scale_factor=2, mode=kind, **({"align_corners": False} if kind == "bilinear" else {})), nn.Conv2d(wide, narrow, 3, padding=1)]


class ResidualBlock(nn.Module):
    def __init__(self, channels, norm):
        super().__init__()
        half = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), normalisation(norm, channels)]
        self.block = nn.Sequential(*half(), nn.ReLU(True), *half())

    def forward(self, x):
        return x + self.block(x)


def resnet_generator(inputs, outputs, baseChannels, blocks, norm, upsample, outputActivation):
    k = baseChannels
    model = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, k, 7), normalisation(norm, k), nn.ReLU(True)]
    for wide in (2 * k, 4 * k):
        model += [nn.Conv2d(wide // 2, wide, 3, stride=2, padding=1), normalisation(norm, wide), nn.ReLU(True)]
    model += [ResidualBlock(4 * k, norm) for _ in range(blocks)]
    for wide in (4 * k, 2 * k):
        model += [*upsampling(upsample, wide, wide // 2), normalisation(norm, wide // 2), nn.ReLU(True)]
    model += [nn.ReflectionPad2d(3), nn.Conv2d(k, outputs, 7)]
    return nn.Sequential(*model, *([nn.Tanh()] if outputActivation == "tanh" else []))


def patch_discriminator(inputs, baseChannels, layers, norm, spectralNorm=False):
    wrap = nn.utils.spectral_norm if spectralNorm else (lambda module: module)
    model = [wrap(nn.Conv2d(inputs, baseChannels, 4, stride=2, padding=1)), nn.LeakyReLU(0.2, True)]
    width = baseChannels
    for layer in range(1, layers + 1):
        before, width = width, baseChannels * min(2**layer, 8)
        model += [wrap(nn.Conv2d(before, width, 4, stride=2 if layer < layers else 1, padding=1))]
        model += [*([] if norm == "none" else [normalisation(norm, width)]), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*model, wrap(nn.Conv2d(width, 1, 4, padding=1)))


def low_pass(size, keep):
    """Orthonormal DCT, its upper frequencies set to zero, and back: one matrix for rows and columns."""
    if keep >= 1:
        return lambda x: x
    i = torch.arange(size, dtype=torch.float64)
    dct = torch.cos(math.pi * (i + 0.5) * i[:, None] / size) * math.sqrt(2 / size)
    dct[0] /= math.sqrt(2)
    dct = dct[i < keep * size]
    matrix = (dct.T @ dct).float()
    return lambda x: matrix @ x @ matrix


def main(size, batch, simChannels, realChannels, generator, discriminator, keep, threads, compiled=False):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    sim_to_real = resnet_generator(simChannels, realChannels, **generator)
    real_to_sim = resnet_generator(realChannels, simChannels, **generator)
    real_critic, sim_critic = patch_discriminator(realChannels, **discriminator), patch_discriminator(simChannels, **discriminator)
    adam = lambda *modules: torch.optim.Adam([p for m in modules for p in m.parameters()], lr=2e-4, betas=(0.5, 0.999))
    generator_adam, critic_adam = adam(sim_to_real, real_to_sim), adam(real_critic, sim_critic)
    sim, real = torch.tanh(torch.randn(batch, simChannels, size, size)), torch.tanh(torch.randn(batch, realChannels, size, size))
    smooth = low_pass(size, keep)
    lsgan = lambda scores, goal: F.mse_loss(scores, torch.full_like(scores, goal))

    def generator_loss():
        fake_real, fake_sim = sim_to_real(sim), real_to_sim(smooth(real))
        cycle = F.l1_loss(real_to_sim(smooth(fake_real)), sim) + F.l1_loss(sim_to_real(fake_sim), real)
        loss = lsgan(real_critic(fake_real), 1.0) + lsgan(sim_critic(fake_sim), 1.0) + 10 * cycle
        return loss, fake_real, fake_sim

    def critic_loss(fake_real, fake_sim):
        pairs = ((real_critic, real, fake_real), (sim_critic, sim, fake_sim))
        return 0.5 * sum(lsgan(critic(true), 1.0) + lsgan(critic(fake), 0.0) for critic, true, fake in pairs)

    of_generators, of_critics = prepared(generator_loss, compiled), prepared(critic_loss, compiled)

    def step():
        for critic in (real_critic, sim_critic):
            critic.requires_grad_(False)
        loss, fake_real, fake_sim = of_generators()
        generator_adam.zero_grad(set_to_none=True)
        loss.backward()
        generator_adam.step()
        for critic in (real_critic, sim_critic):
            critic.requires_grad_(True)
        loss = of_critics(fake_real.detach(), fake_sim.detach())
        critic_adam.zero_grad(set_to_none=True)
        loss.backward()
        critic_adam.step()

    modules = (sim_to_real, real_to_sim, real_critic, sim_critic)
    count = sum(p.numel() for module in modules for p in module.parameters())
    contend_prepared(f"{count} parameters", step, compiled)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))

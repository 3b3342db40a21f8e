"""Training steps and networks in PyTorch, the peer of bench/engine.ts: same layers, losses, optimizer and array sizes.

Arguments: one JSON object {"work": one of WORKS below, "threads", "compiled": whether to use torch.compile, "batch", "size", and what its
network is made from}.
"""

import json
import sys

from contender import say

try:
    import torch
    from torch.nn import functional as F
    from torch.optim.swa_utils import get_ema_multi_avg_fn
except ImportError as error:
    say(absent=f"{sys.executable} has no PyTorch ({error}). Set FANTASCOPE_BENCH_PYTHON to a Python that has.")
    sys.exit()

from compilation import contend_prepared, prepared
from cyclegan import resnet_generator
from denoiser import Denoiser
from detector import Detector
from efficient_net import efficient_net
from segmenter import Unet


def train(model, optimizer, loss, after=lambda: None):
    def steps(compiled):
        value_of_loss = prepared(loss, compiled)

        def step():
            value = value_of_loss()
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
            after()

        return step

    return model, steps


def forward(model, *inputs):
    model.eval()

    def runs(compiled):
        outputs = prepared(model, compiled)

        def run():
            with torch.inference_mode():
                outputs(*inputs)

        return run

    return model, runs


def segmenter_step(batch, size, channels, outputs):
    model = Unet(channels, outputs)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-2)
    image, maps = torch.rand(batch, 1, size, size), torch.rand(batch, outputs, size, size)

    def loss():
        logits = model(image)
        shapes = F.binary_cross_entropy_with_logits(logits[:, :2], maps[:, :2])
        return 2 * shapes + 2 * F.l1_loss(torch.sigmoid(logits[:, 2:]), maps[:, 2:])

    return train(model, optimizer, loss)


def segmenter_forward(batch, size, channels, outputs):
    return forward(Unet(channels, outputs), torch.rand(batch, 1, size, size))


def generator_forward(batch, size, simChannels, realChannels, generator):
    return forward(resnet_generator(simChannels, realChannels, **generator), torch.rand(batch, simChannels, size, size))


def denoiser_step(batch, size, network):
    model = Denoiser(**network)
    parameters = list(model.parameters())
    averages, follow = [p.detach().clone() for p in parameters], get_ema_multi_avg_fn(0.999)
    xt, t, eps = torch.rand(batch, 1, size, size), torch.rand(batch), torch.rand(batch, 1, size, size)
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    return train(model, optimizer, lambda: F.mse_loss(model(xt, t), eps), after=lambda: follow(averages, parameters, None))


def denoiser_forward(batch, size, network):
    return forward(Denoiser(**network), torch.rand(batch, 1, size, size), torch.rand(batch))


def counter_step(batch, size, network):
    model = efficient_net(**network)
    x, count = torch.rand(batch, 3, size, size), torch.rand(batch, 1)
    return train(model, torch.optim.Adam(model.parameters(), lr=1e-4), lambda: F.mse_loss(model(x), count))


def counter_forward(batch, size, network):
    return forward(efficient_net(**network), torch.rand(batch, 3, size, size))


def detector_step(batch, size, network):
    model, bins = Detector(**network), network["bins"]
    x, sides = torch.rand(batch, 3, size, size), [size // stride for stride in (8, 16, 32)]
    truth = [(torch.randint(bins, (4 * batch, side, side)), torch.rand(batch, 1, side, side)) for side in sides]

    def loss():
        total = 0
        for (boxes, classes), (distances, target) in zip(model(x), truth):
            total = total + F.binary_cross_entropy_with_logits(classes, target)
            total = total + F.cross_entropy(boxes.reshape(4 * batch, bins, *boxes.shape[2:]), distances)
        return total

    return train(model, torch.optim.Adam(model.parameters(), lr=1e-4), loss)


def detector_forward(batch, size, network):
    return forward(Detector(**network), torch.rand(batch, 3, size, size))


WORKS = {
    "segmenter step": segmenter_step,
    "segmenter forward": segmenter_forward,
    "generator forward": generator_forward,
    "denoiser step": denoiser_step,
    "denoiser forward": denoiser_forward,
    "counter step": counter_step,
    "counter forward": counter_forward,
    "detector step": detector_step,
    "detector forward": detector_forward,
}


def main(work, threads, compiled=False, **sizes):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model, runs = WORKS[work](**sizes)
    contend_prepared(f"{sum(p.numel() for p in model.parameters())} parameters", runs(compiled), compiled)


main(**json.loads(sys.argv[1]))

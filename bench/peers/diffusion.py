"""New images from a denoising U-Net in PyTorch, drawn by the samplers of diffusers: the peer of bench/diffusion.ts.

Arguments: one JSON object {"sampler", "steps", "sizePx", "images", "threads", "network": what the U-Net is made from}.
"""

import json
import sys

from contender import contend, say

try:
    import diffusers
    import torch
    from torch import nn
except ImportError as error:
    say(absent=f"{sys.executable} lacks PyTorch or diffusers ({error}). Set FANTASCOPE_BENCH_PYTHON to a Python that has both.")
    sys.exit()

import denoiser

SCHEDULERS = {
    "ddpm": (diffusers.DDPMScheduler, {"timestep_spacing": "linspace", "clip_sample": True}),
    "ddim": (diffusers.DDIMScheduler, {"timestep_spacing": "trailing", "clip_sample": True}),
    "euler": (diffusers.EulerDiscreteScheduler, {"timestep_spacing": "trailing"}),
    "euler-ancestral": (diffusers.EulerAncestralDiscreteScheduler, {"timestep_spacing": "trailing"}),
    "heun": (diffusers.HeunDiscreteScheduler, {"timestep_spacing": "trailing", "clip_sample": True}),
    "dpm-solver-2m": (diffusers.DPMSolverMultistepScheduler, {"timestep_spacing": "trailing"}),
}


class ScaleShiftBlock(denoiser.ResidualBlock):
    """The time stretches and shifts what the second normalisation gives, as in improved-diffusion."""

    def __init__(self, before, after, time, groups):
        super().__init__(before, after, time, groups)
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time, 2 * after))

    def forward(self, x, time):
        scale, shift = self.time(time)[..., None, None].chunk(2, 1)
        norm, silu, conv = self.leave
        return self.skip(x) + conv(silu(norm(self.enter(x)) * (1 + scale) + shift))


def main(sampler, steps, sizePx, images, threads, network):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if (network.pop("timeCondition"), network.pop("skips")) != ("scale-shift", "blocks"):
        raise ValueError("only networks whose time scales and shifts, with the skips of blocks, are written down here")
    denoiser.ResidualBlock = ScaleShiftBlock  # what the U-Net makes its levels of
    model = denoiser.Denoiser(**network).eval()
    kind, settings = SCHEDULERS[sampler]
    scheduler = kind(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction", **settings)
    scheduler.set_timesteps(steps)
    evaluations = len(scheduler.timesteps)

    def run():
        scheduler.set_timesteps(steps)
        x = torch.randn(images, 1, sizePx, sizePx) * scheduler.init_noise_sigma
        with torch.inference_mode():
            for t in scheduler.timesteps:
                said = model(scheduler.scale_model_input(x, t), t.expand(images).float())
                x = scheduler.step(said, t, x).prev_sample

    count = sum(p.numel() for p in model.parameters())
    contend("PyTorch", f"{torch.__version__}, diffusers {diffusers.__version__}", f"{count} parameters, {evaluations} evaluations", run)


main(**json.loads(sys.argv[1]))

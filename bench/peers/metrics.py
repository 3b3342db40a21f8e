"""Fréchet and kernel distance as torch-fidelity computes them (NumPy inside), or the same with SciPy where it is missing, for bench/metrics.ts."""

import json
import os
import sys

setting = json.loads(sys.argv[1])
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(setting["threads"])  # before NumPy reads them

try:
    import numpy as np
    import scipy
    from scipy import linalg
except ImportError as error:
    print(json.dumps({"absent": f"{error}."}), flush=True)
    sys.exit()

try:
    import torch
    import torch_fidelity
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_kid import kernel_mmd

    peer = ("torch-fidelity", torch_fidelity.__version__)
except ImportError:
    peer = ("SciPy", scipy.__version__)

from contender import contend

images, dimensions = setting["images"], setting["dimensions"]
generator = np.random.default_rng(1)
real, generated = (generator.normal(size=(images, dimensions)).astype(np.float32) + shift for shift in (0, 0.1))


def frechet():
    if peer[0] == "torch-fidelity":
        statistics = [fid_features_to_statistics(torch.from_numpy(features)) for features in (real, generated)]
        return fid_statistics_to_metric(*statistics, False)
    s, t = np.cov(real, rowvar=False), np.cov(generated, rowvar=False)
    return ((real.mean(0) - generated.mean(0)) ** 2).sum() + np.trace(s) + np.trace(t) - 2 * np.trace(linalg.sqrtm(s @ t)).real


def kernel():
    if peer[0] == "torch-fidelity":
        return kernel_mmd(real, generated, kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1)
    x, y = real.astype(np.float64), generated.astype(np.float64)
    within = [(k.sum() - np.trace(k)) / (images * (images - 1)) for k in ((f @ f.T / dimensions + 1) ** 3 for f in (x, y))]
    return sum(within) - 2 * ((x @ y.T / dimensions + 1) ** 3).mean()


contend(*peer, f"{setting['metric']} of 2 × {images} × {dimensions}", {"frechet": frechet, "kernel": kernel}[setting["metric"]])

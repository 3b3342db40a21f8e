"""Peers of bench/engine.ts with or without torch.compile, which turns the loss and its gradient into C++; optimizers stay as they are."""

import torch

from contender import contend, say


def prepared(function, compiled):
    """The same function, to be compiled when it is called first. All sizes are fixed."""
    return torch.compile(function, dynamic=False) if compiled else function


def contend_prepared(workload, run, compiled):
    """Announces itself once everything is compiled, or says why it cannot be."""
    version = torch.__version__
    if compiled:
        version += ", compiled"
        try:
            run()
            run()  # what is there after a first step, such as moments, may be compiled once more
        except Exception as error:
            return say(absent=f"torch.compile failed: {type(error).__name__}: {str(error).strip().splitlines()[0]}")
    contend("PyTorch", version, workload, run)

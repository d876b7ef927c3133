"""Multinomial logistic regression, small and exact: what joins the evidence, and the probe on the embeddings."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def softmax(logits: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    result: NDArray[np.float64] = shifted / shifted.sum(-1, keepdims=True)
    return result


def fit_softmax(
    features: "NDArray[np.float64]",
    targets: "NDArray[np.int64]",
    weights: "NDArray[np.float64]",
    ridge: float,
    classes: int,
    start: "NDArray[np.float64] | float" = 0.0,
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Fit weights and biases by weighted maximum likelihood with a ridge penalty on the weights.

    Args:
        features: shape (n, f).
        targets: class of each row, shape (n,).
        weights: weight of each row, shape (n,).
        ridge: penalty: ``ridge / 2 * |W|^2`` is added to the weighted mean of the losses times n.
        classes: number of classes c.
        start: logits of each row that what is fitted is added to, shape (n, c); zero by default.

    Returns:
        Weights (f, c) and biases (c,).
    """
    from scipy.optimize import minimize

    n, f = features.shape
    share = weights / weights.mean()
    onehot = np.eye(classes)[targets]

    def loss(flat: "NDArray[np.float64]") -> tuple[float, "NDArray[np.float64]"]:
        w, b = flat[: f * classes].reshape(f, classes), flat[f * classes :]
        logits = features @ w + b + start
        top = logits.max(1, keepdims=True)
        log_sum = top[:, 0] + np.log(np.exp(logits - top).sum(1))
        value = float((share * (log_sum - logits[np.arange(n), targets])).sum() + ridge / 2 * (w**2).sum())
        error = share[:, None] * (softmax(logits) - onehot)
        return value, np.concatenate([(features.T @ error + ridge * w).ravel(), error.sum(0)])

    best = minimize(loss, np.zeros(f * classes + classes), jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    return best.x[: f * classes].reshape(f, classes), best.x[f * classes :]

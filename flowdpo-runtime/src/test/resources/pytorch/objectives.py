"""Preference objectives over summed log-probabilities, one loss per pair, differentiable in the sums.

The definitions are those of the papers named; TRL's trainers agree with them but for the NLL term, which
TRL averages over all chosen tokens of a batch and which is averaged here over each pair's own tokens.
"""

import torch
import torch.nn.functional as F


class Sums:
    """Summed completion log-probabilities and lengths, each a float64 tensor [pairs]."""

    FIELDS = ["policyChosen", "policyRejected", "referenceChosen", "referenceRejected"]

    def __init__(self, policy_chosen, policy_rejected, reference_chosen, reference_rejected, chosen_length,
                 rejected_length):
        self.policy_chosen, self.policy_rejected = policy_chosen, policy_rejected
        self.reference_chosen, self.reference_rejected = reference_chosen, reference_rejected
        self.chosen_length, self.rejected_length = chosen_length, rejected_length

    def values(self) -> list:
        return [self.policy_chosen, self.policy_rejected, self.reference_chosen, self.reference_rejected]

    def chosen_ratio(self):
        return self.policy_chosen - self.reference_chosen

    def rejected_ratio(self):
        return self.policy_rejected - self.reference_rejected

    def margin(self):
        return self.chosen_ratio() - self.rejected_ratio()


def sigmoid(s, beta):
    """DPO, arXiv 2305.18290, equation 7."""
    return -F.logsigmoid(beta * s.margin())


def sigmoid_norm(s, beta):
    """DPO on log-ratios averaged over each completion's length, arXiv 2411.15124."""
    average = s.chosen_ratio() / s.chosen_length - s.rejected_ratio() / s.rejected_length
    return -F.logsigmoid(beta * average)


def smoothed_sigmoid(s, beta, labelSmoothing):
    """Conservative DPO: labels are taken to be wrong with probability labelSmoothing."""
    h = beta * s.margin()
    return -(1 - labelSmoothing) * F.logsigmoid(h) - labelSmoothing * F.logsigmoid(-h)


def robust(s, beta, flipProbability):
    """Robust DPO, arXiv 2403.00409: the unbiased estimate of the loss under flipped labels."""
    h = beta * s.margin()
    noisy = -(1 - flipProbability) * F.logsigmoid(h) + flipProbability * F.logsigmoid(-h)
    return noisy / (1 - 2 * flipProbability)


def hinge(s, beta):
    """SLiC's hinge on DPO's margin, arXiv 2309.06657."""
    return torch.relu(1 - beta * s.margin())


def ipo(s, beta):
    """IPO, arXiv 2310.12036, equation 17, on log-probabilities averaged over each completion's length."""
    average = s.chosen_ratio() / s.chosen_length - s.rejected_ratio() / s.rejected_length
    return (average - 1 / (2 * beta)) ** 2


def apo_zero(s, beta):
    """APO-zero, arXiv 2408.06266, equation 7."""
    return 1 - torch.sigmoid(beta * s.chosen_ratio()) + torch.sigmoid(beta * s.rejected_ratio())


def sim_po(s, beta, gamma):
    """SimPO, arXiv 2405.14734, equation 6; gamma is the target margin itself, not gamma over beta."""
    average = s.policy_chosen / s.chosen_length - s.policy_rejected / s.rejected_length
    return -F.logsigmoid(beta * average - gamma)


def sigmoid_nll(s, beta, nllWeight):
    """DPO plus the mean negative log-likelihood of the chosen tokens, arXiv 2404.19733."""
    return sigmoid(s, beta) - nllWeight * s.policy_chosen / s.chosen_length


# file name -> (function, its parameters)
OBJECTIVES = {
    "sigmoid-0.1": (sigmoid, {"beta": 0.1}),
    "sigmoid-1.0": (sigmoid, {"beta": 1.0}),
    "sigmoid-norm": (sigmoid_norm, {"beta": 5.0}),
    "smoothed-sigmoid": (smoothed_sigmoid, {"beta": 0.5, "labelSmoothing": 0.1}),
    "hinge": (hinge, {"beta": 0.5}),
    "ipo": (ipo, {"beta": 0.1}),
    "robust": (robust, {"beta": 0.5, "flipProbability": 0.1}),
    "apo-zero": (apo_zero, {"beta": 0.5}),
    "simpo": (sim_po, {"beta": 2.0, "gamma": 0.5}),
    "sigmoid-nll": (sigmoid_nll, {"beta": 0.1, "nllWeight": 0.1}),
}
# Smoothing only re-weights what the other sigmoids cover, and a mean over tokens what IPO does, so their gradients
# are not stored.
WITHOUT_GRADIENTS = {"smoothed-sigmoid", "sigmoid-norm"}


def losses(name, sums):
    function, parameters = OBJECTIVES[name]
    return function(sums, **parameters)

"""Losses as their papers' equations say, in PyTorch, where pytorch-metric-learning has none or another one."""

import torch
import torch.nn.functional as F

EPSILON = 1e-7


def squares(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(2)


def masks(labels):
    same = labels[:, None] == labels[None]
    return same & ~torch.eye(len(labels), dtype=torch.bool), ~same


def mean(values):
    return values.mean() if len(values) else values.sum()


def contrastive(x, y, margin=1.0):
    """Hadsell, Chopra & LeCun 2006, eq. 4, each kind of pair by its own mean, and half of their sum."""
    similar, dissimilar = masks(y)
    d2 = squares(x, x).clamp(min=EPSILON)
    apart = F.relu(margin - d2.sqrt()) ** 2
    return (mean(d2[similar]) + mean(apart[dissimilar])) / 2


def hadsell(x, y, margin=1.0, **_):
    """The same as it is printed: one half, and one mean over all pairs."""
    similar, dissimilar = masks(y)
    d2 = squares(x, x).clamp(min=EPSILON)
    costs = torch.where(similar, d2, F.relu(margin - d2.sqrt()) ** 2)
    return 0.5 * mean(costs[similar | dissimilar])


def semi_hard(x, y, margin=0.2, **_):
    """FaceNet 2015, section 3.2: of each similar pair the nearest negative beyond it, else the farthest."""
    similar, dissimilar = masks(y)
    d = squares(x, x).clamp(min=EPSILON).sqrt()
    costs = []
    for a, p in similar.nonzero().tolist():
        negatives = d[a][dissimilar[a]]
        if len(negatives) == 0:
            continue
        beyond = negatives[negatives > d[a, p]]
        chosen = beyond.min() if len(beyond) else negatives.max()
        costs.append(F.relu(d[a, p] - chosen + margin))
    return torch.stack(costs).mean() if costs else 0 * x.sum()


def proxy_nca(x, y, proxies):
    """Movshovitz-Attias et al. 2017, eq. 4: the own proxy is not in the sum."""
    d2 = squares(F.normalize(x), F.normalize(proxies))
    own = F.one_hot(y, len(proxies)).bool()
    others = torch.logsumexp((-d2).masked_fill(own, -torch.inf), 1)
    return (d2[own] + others).mean()


def soft_triple(x, y, proxies, centers=10, margin=0.01, scale=20, gamma=0.1, tau=0.2):
    """Qian et al. 2019, eq. 8 and 11."""
    w = F.normalize(proxies).view(-1, centers, proxies.shape[1])
    cosines = torch.einsum("nd,ckd->nck", F.normalize(x), w)
    s = (F.softmax(cosines / gamma, 2) * cosines).sum(2)
    logits = scale * (s - margin * F.one_hot(y, len(w)))
    k, l = torch.triu_indices(centers, centers, 1)
    spread = (2 - 2 * torch.einsum("ckd,cld->ckl", w, w)[:, k, l]).clamp(min=0).sqrt().sum()
    return F.cross_entropy(logits, y) + tau * spread / (len(w) * centers * (centers - 1))


def prototypical(x, y, shots=1):
    """Snell, Swersky & Zemel 2017, eq. 1 and 2; the first of each class in the batch are its examples."""
    classes = sorted(set(y.tolist()))
    places = {c: (y == c).nonzero().flatten() for c in classes}
    prototypes = torch.stack([x[places[c][:shots]].mean(0) for c in classes])
    queries = torch.cat([places[c][shots:] for c in classes]).long()
    targets = torch.tensor([classes.index(c) for c in y[queries].tolist()])
    return F.cross_entropy(-squares(x[queries], prototypes), targets)


def vicreg(left, right, similar):
    """Bardes, Ponce & LeCun 2022, eq. 1 to 6; dissimilar pairs have no part in the first."""

    def spread(z):
        z = z - z.mean(0)
        covariance = z.T @ z / (len(z) - 1)
        deviation = (covariance.diagonal() + 1e-4).sqrt()
        off = (covariance**2).sum() - (covariance.diagonal() ** 2).sum()
        return 25 * F.relu(1 - deviation).mean() + off / z.shape[1]

    d2 = ((left - right) ** 2).sum(1)
    return 25 * (similar * d2).sum() / similar.sum() + spread(left) + spread(right)


def info_nce(left, right, similar, temperature=0.07):
    """Van den Oord, Li & Vinyals 2018, eq. 4, asked both ways as Radford et al. 2021 do."""
    logits = F.normalize(left) @ F.normalize(right).T / temperature
    costs = sum(torch.logsumexp(logits, axis) - logits.diagonal() for axis in (0, 1)) / 2
    return (similar * costs).sum() / similar.sum()


def cosent(left, right, similar, scale=20):
    """Su 2022, eq. 6."""
    cosines = scale * F.cosine_similarity(left, right)
    gaps = cosines[None] - cosines[:, None]
    return torch.log1p(gaps[similar[:, None] > similar[None]].exp().sum())


def cosine_mse(left, right, similar):
    """Reimers & Gurevych 2019, section 3, regression objective."""
    return ((similar - F.cosine_similarity(left, right)) ** 2).mean()

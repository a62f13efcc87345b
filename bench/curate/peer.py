"""What scikit-learn makes of the same embeddings: python3 peer.py FOLDER, which holds rows.f32 and facts.json"""

import json
import sys

import numpy as np

folder = sys.argv[1]
facts = json.load(open(f"{folder}/facts.json"))
rows = np.fromfile(f"{folder}/rows.f32", np.float32).reshape(-1, facts["dim"])


def mislabels():
    """Confident learning over a logistic regression's probabilities, each row's from the four fifths without it.

    On the first hundred principal components: on all numbers it takes minutes.
    """
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.preprocessing import StandardScaler

    labels = np.array(facts["labels"])
    few = PCA(min(100, *rows.shape), random_state=0).fit_transform(rows)
    scaled = StandardScaler().fit_transform(few)
    model = LogisticRegression(C=0.1, max_iter=100)
    probabilities = cross_val_predict(model, scaled, labels, cv=5, method="predict_proba")
    classes = np.unique(labels)
    own = probabilities[np.arange(len(labels)), np.searchsorted(classes, labels)]
    thresholds = np.array([own[labels == each].mean() for each in classes])
    reached = np.where(probabilities >= thresholds, probabilities, -1)
    best = reached.argmax(1)
    is_suspect = (reached.max(1) > 0) & (classes[best] != labels)
    margin = probabilities.max(1) - own
    return {"suspects": np.flatnonzero(is_suspect).tolist(), "margin": margin.tolist()}


def outliers():
    """Forest and local outlier factor, with their own cuts ('auto')."""
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor

    forest = IsolationForest(random_state=facts["seed"]).fit(rows)
    factor = LocalOutlierFactor(n_neighbors=20)
    is_far = factor.fit_predict(rows) < 0
    return {
        "isolation forest": {
            "strangeness": (-forest.score_samples(rows)).tolist(),
            "found": np.flatnonzero(forest.predict(rows) < 0).tolist(),
        },
        "local outlier factor": {
            "strangeness": (-factor.negative_outlier_factor_).tolist(),
            "found": np.flatnonzero(is_far).tolist(),
        },
    }


def clusters():
    from sklearn.cluster import AgglomerativeClustering, KMeans

    k = facts["k"]
    return {
        "k-means": KMeans(k, n_init=3, random_state=facts["seed"]).fit_predict(rows).tolist(),
        "agglomerative (Ward)": AgglomerativeClustering(k).fit_predict(rows).tolist(),
    }


print(json.dumps({"mislabels": mislabels, "outliers": outliers, "clusters": clusters}[facts["task"]]()))

"""Turn codes into predictions: features, calibration, classifier and runs."""

"""Model weights: manifests, installing, verifying, adding a local folder, packing for a room without a network."""

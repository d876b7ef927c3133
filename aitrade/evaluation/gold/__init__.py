"""Gold: a probability sample of codes, labelled by people, against which a run is measured."""

"""Documents in, passages out: the catalogue, its vectors, and the search over them."""
